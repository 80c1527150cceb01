import { expect, test } from "vitest";
import { fatVolume } from "./fat.ts";

test("refuses what is no 8.3 name, and what does not fit", () => {
  const data = Buffer.from("x");
  expect(() => fatVolume([{ path: "EFI/bootx64.efi", data }], "A")).toThrow(
    '"EFI/bootx64.efi" is not made of 8.3 names in capitals',
  );
  const huge = { length: 3 * 2 ** 30 } as Buffer;
  expect(() => fatVolume([{ path: "HUGE", data: huge }], "A")).toThrow("do not fit");
});

test("has the number of clusters that makes it FAT16, and no more than its files need", () => {
  const clusters = (bytes: number) => {
    const { data, sectors } = fatVolume([{ path: "FILE", data: Buffer.alloc(bytes, 1) }], "A");
    const perCluster = data[13] ?? 0;
    return { count: (sectors - 1 - 2 * data.readUInt16LE(22) - 32) / perCluster, perCluster };
  };
  expect(clusters(1)).toEqual({ count: 4085, perCluster: 1 });
  expect(clusters(4 * 2 ** 20)).toEqual({ count: 8192, perCluster: 1 });
  expect(clusters(40 * 2 ** 20)).toEqual({ count: 40_960, perCluster: 2 });
});
