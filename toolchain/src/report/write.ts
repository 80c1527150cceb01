// From images in the store to the text of the page.
import { makeProvenance } from "../provenance/provenance.ts";
import type { RecordedImage } from "../record/ensure.ts";
import { makeSbom } from "../sbom/sbom.ts";
import type { Store } from "../store/store.ts";
import { bundlePage } from "./bundle.ts";
import { reportDocument } from "./document.ts";
import { measureImage } from "./measure.ts";

export interface TitledImage extends RecordedImage {
  /** Of the application; "" when only the image is known. */
  readonly title: string;
}

export async function writeReport(
  store: Store,
  image: TitledImage,
  other: TitledImage | undefined,
): Promise<string> {
  const measured = (each: TitledImage) => ({ title: each.title, ...measureImage(each, store) });
  const report = {
    image: measured(image),
    other: other && measured(other),
    sbom: makeSbom(image.record),
    provenance: makeProvenance(image.record),
  };
  return reportDocument(report, await bundlePage());
}
