// The group "clouds": what of an image is sent to clouds, and how fast its disk is made.
import type { Benchmark } from "../main.ts";
import { concurrency } from "./concurrency.ts";
import { disk } from "./disk.ts";
import { googleUpload } from "./google-upload.ts";
import { snapshotUpload } from "./snapshot-upload.ts";

export const cloudsGroup: readonly Benchmark[] = [snapshotUpload, googleUpload, concurrency, disk];
