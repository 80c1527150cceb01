// What inputs of resources for clouds have in common: an image, a disk's size, texts.
import { parseSizeBytes } from "../guests/quantities.ts";
import { containsUnknown, type PropertyMap, type PropertyValue } from "../values.ts";
import { describe } from "./guest-inputs.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;
export const GIBIBYTE = 2 ** 30;

export type Refuse = (property: string, reason: string) => void;

/** The image and the size of its disk. */
export function diskFailures({ image = null, size = null }: PropertyMap, refuse: Refuse): void {
  if (!containsUnknown(image) && !(typeof image === "string" && DIGEST.test(image))) {
    refuse("image", `must be an Image or its digest, not ${describe(image)}`);
  }
  const sizeBytes = typeof size === "string" ? parseSizeBytes(size) : undefined;
  if (!containsUnknown(size) && (!sizeBytes || sizeBytes % GIBIBYTE !== 0)) {
    refuse("size", `must be whole GiB such as "1GiB", not ${describe(size)}`);
  }
}

export function mustBeText(path: string, value: PropertyValue | undefined, refuse: Refuse): void {
  if (value === undefined || containsUnknown(value)) return;
  if (typeof value !== "string" || value === "") {
    refuse(path, `must be a string, not ${describe(value)}`);
  }
}
