import { expect, test } from "vitest";
import type { PageData } from "./data.ts";
import { changeOf, findSymbols, makeTree, pathOf, ranked } from "./tree.ts";

const data: Pick<PageData, "title" | "libraries"> = {
  title: "image",
  libraries: [
    {
      name: "net",
      objects: [
        {
          name: "tcp.c",
          origin: "third-party",
          symbols: [
            { name: "tcp_send", section: ".text", contents: "code", sizes: [30, 30, 20, 20] },
            { name: "queue", section: ".bss", contents: "zero", sizes: [0, 64, 0, 64] },
            { name: "tcp_old", section: ".text", contents: "code", sizes: [0, 0, 25, 25] },
          ],
        },
        {
          name: "glue.c",
          origin: "own",
          symbols: [{ name: "send_tcp", section: ".text", contents: "code", sizes: [5, 5, 0, 0] }],
        },
      ],
    },
  ],
};
const root = makeTree(data);

test("adds up to the image, also what only the other one has", () => {
  expect(root).toMatchObject({ file: 35, memory: 99, fileBefore: 45, memoryBefore: 109 });
  const [net] = root.children;
  expect(net).toMatchObject({ origin: "third-party", file: 35 });
  expect(net && changeOf(net, "file")).toBe("shrunk");
});

test("ranks what has bytes in the file or in memory", () => {
  const symbols = root.children[0]?.children[0]?.children ?? [];
  expect(ranked(symbols, "file").map(({ name }) => name)).toEqual(["tcp_send"]);
  expect(ranked(symbols, "memory").map(({ name }) => name)).toEqual(["queue", "tcp_send"]);
});

test("finds symbols by a part of their name, beginnings first, and none that are gone", () => {
  const found = findSymbols(root, " TCP", "file");
  expect(found.map(({ name }) => name)).toEqual(["tcp_send", "send_tcp"]);
  expect(found[0] && pathOf(found[0]).map(({ name }) => name)).toEqual([
    "image",
    "net",
    "tcp.c",
    "tcp_send",
  ]);
  expect(findSymbols(root, " ", "file")).toEqual([]);
});
