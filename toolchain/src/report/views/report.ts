// What every part of the page is made of.
import type { MeasuredImage } from "../measure.ts";

export interface NamedImage extends MeasuredImage {
  /** Of the application; "" when only the image is known. */
  readonly title: string;
}

export interface Report {
  readonly image: NamedImage;
  readonly other: NamedImage | undefined;
  /** As `unikernel sbom` and `unikernel provenance` print them. */
  readonly sbom: string;
  readonly provenance: string;
}
