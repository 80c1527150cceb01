// Disks as objects of Google Cloud Storage, against fake-gcs-server: what is sent, what is read back
// and boots, and what a disturbed upload leaves behind.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { googleRequests } from "../../provider/src/clouds/google/requests.ts";
import { UploadSessions } from "../../provider/src/clouds/google/upload-sessions.ts";
import {
  createDiskObject,
  type DiskObjectMachine,
} from "../../provider/src/resources/gcp-disk-object.ts";
import { createDiskObjectRemoval } from "../../provider/src/resources/gcp-disk-object-removal.ts";
import type { PropertyMap } from "../../provider/src/values.ts";
import { googleArchive } from "../../toolchain/src/disk/formats/google-archive.ts";
import { type SparseDisk, sparseDisk } from "../../toolchain/src/disk/sparse.ts";
import { Google, googleToken, whyNoGoogle } from "./google-stand-in.ts";
import { helloDisk } from "./hello-disk.ts";
import { run } from "./kconfig-conf.ts";
import { temporaryDirectory } from "./temporary.ts";
import { startUefiMachine, uefiMissing } from "./uefi-machine.ts";

const GIBIBYTE = 2 ** 30;
const PIECE_BYTES = 256 * 1024;
const BUCKET = "disks";
const WRITES: readonly string[] = ["begin", "put", "remove", "other"];
const home = temporaryDirectory();
let google: Google;

beforeAll(async () => {
  if (whyNoGoogle !== null) return;
  google = await Google.start();
  await google.makeBucket(BUCKET);
}, 600_000);
afterAll(() => google?.[Symbol.asyncDispose]());
beforeEach((context) => {
  if (whyNoGoogle !== null) context.skip(whyNoGoogle);
  google.disturb = () => "pass";
  google.takeCounts();
});

/** Disks by the digest that stands for them. */
const disks = new Map<string, SparseDisk>();
/** An image's digest for a disk that begins with this many bytes of a kind. */
function diskOf(kind: number, bytes = 1000): string {
  const digest = `sha256:${String(disks.size + 1).padStart(64, "0")}`;
  disks.set(digest, sparseDisk(GIBIBYTE, [{ offset: 0, data: Buffer.alloc(bytes, kind) }]));
  return digest;
}
const archiveOf = (disk: SparseDisk) =>
  Buffer.concat(googleArchive(disk).extents.map(({ data }) => data));

const hasty = { answerTimeoutMs: 1500, attempts: 1 };
const credentials = async () => ({ authorization: `Bearer ${googleToken}` });
const machine: DiskObjectMachine = {
  send: googleRequests(credentials),
  async disk(digest) {
    const disk = disks.get(digest);
    if (disk === undefined) throw new Error(`no disk for ${digest}`);
    return disk;
  },
  archive: async (disk) => archiveOf(disk),
  sessions: async () => new UploadSessions(home),
  programDirectory: "/program",
  limits: { pieceBytes: PIECE_BYTES },
};
const resource = createDiskObject(machine);
const removal = createDiskObjectRemoval(machine.send);
/** One that gives up at the first fault, and soon, but not on a machine that is only busy. */
const hastyResource = createDiskObject({
  ...machine,
  send: googleRequests(credentials, hasty),
  limits: { pieceBytes: PIECE_BYTES, attempts: hasty.attempts },
});

function contextOf(name: string, signal = new AbortController().signal) {
  const messages: string[] = [];
  return {
    signal,
    urn: `urn:pulumi:dev::test::unikernel:gcp:DiskObject::${name}`,
    messages,
    status() {},
    log: (_severity: string, message: string) => void messages.push(message),
  };
}

const inputsFor = (image: string, bucket = BUCKET): PropertyMap => ({
  ...{ image, bucket, size: "1GiB", prefix: "images/", endpoint: google.endpoint },
});
const create = (name: string, image: string, preview = false, context = contextOf(name)) =>
  resource.create(context, { inputs: inputsFor(image), preview, timeoutSeconds: 0 });
type Made = Awaited<ReturnType<typeof create>>;
const remove = (name: string, { id, state }: Made) =>
  resource.delete(contextOf(name), { id, state, timeoutSeconds: 0 });
const read = (name: string, { id, state }: Made) =>
  resource.read(contextOf(name), { id, inputs: inputsFor(""), state });
const stored = ({ state }: Made) => google.download(BUCKET, String(state.objectName));

describe("what is sent", () => {
  test("is the archive, named by its image", async () => {
    const digest = diskOf(1, 3 * PIECE_BYTES);
    const made = await create("first", digest);
    expect(google.takeCounts()).toEqual({ begin: 1, put: 4 });
    const content = await stored(made);
    expect(content).toEqual(archiveOf(disks.get(digest) as SparseDisk));
    expect(made.state).toMatchObject({ sizeBytes: content?.length, bucket: BUCKET });
    const name = String(made.state.objectName);
    expect(name).toMatch(
      new RegExp(`^images/unikernel-${digest.slice(7)}-[0-9a-f]{8}\\.tar\\.gz$`),
    );
    expect(made.state.source).toBe(
      `https://storage.googleapis.com/${BUCKET}/${encodeURIComponent(name)}`,
    );
    await remove("first", made);
    expect(await stored(made)).toBeNull();
    await remove("first", made);
  });

  test("is nothing in a preview, which says what it will be", async () => {
    const context = contextOf("previewed");
    const { state } = await create("previewed", diskOf(2), true, context);
    expect(Object.keys(google.takeCounts()).filter((action) => WRITES.includes(action))).toEqual(
      [],
    );
    const { sizeBytes, objectName } = state;
    expect(context.messages).toEqual([`sends ${sizeBytes} bytes to gs://${BUCKET}/${objectName}`]);
  });

  test("goes nowhere without its bucket", async () => {
    const request = { inputs: inputsFor(diskOf(3), "nowhere"), timeoutSeconds: 0 };
    for (const preview of [true, false]) {
      const making = resource.create(contextOf("lost"), { ...request, preview });
      await expect(making).rejects.toThrow('bucket: there is no bucket "nowhere"');
    }
  });
});

describe("an object", () => {
  test("that is replaced by itself stays", async () => {
    const digest = diskOf(4);
    const old = await create("forced", digest);
    const next = await create("forced", digest);
    expect(next.id).toBe(old.id);
    await remove("forced", old);
    expect(await stored(next)).not.toBeNull();
    expect(await read("forced", old)).toBeNull();
    expect((await read("forced", next))?.state).toEqual(next.state);
    await remove("forced", next);
    expect(await read("forced", next)).toBeNull();
  });

  test("is imported by its name, if it is one of ours", async () => {
    const digest = diskOf(5);
    const made = await create("imported", digest);
    const { id } = made;
    const endpoint = { endpoint: google.endpoint };
    const found = await resource.read(contextOf("imported"), { id, inputs: {}, state: endpoint });
    expect(found?.inputs).toEqual({ image: digest, bucket: BUCKET, size: "1GiB", keep: true });
    expect(found?.state.generation).toBe(made.state.generation);
    await remove("imported", made);
  });
});

describe("an object that need not stay", () => {
  const given = (image: string) => ({ ...inputsFor(image), keep: false });

  test("is removed by its removal, in that version alone, and not missed", async () => {
    const digest = diskOf(9);
    const request = { preview: false, timeoutSeconds: 0 };
    const context = contextOf("passing");
    const made = await resource.create(context, { inputs: given(digest), ...request });
    const { bucket, objectName, generation, endpoint } = made.state as Record<string, string>;
    const inputs = { bucket: String(bucket), objectName: String(objectName), usedBy: "image-1" };
    const remove = (version: string, preview = false) =>
      removal.create(context, {
        ...request,
        preview,
        inputs: { ...inputs, generation: version, endpoint: String(endpoint) },
      });
    await remove("1");
    await remove(String(generation), true);
    expect(await stored(made)).not.toBeNull();
    const { id } = await remove(String(generation));
    expect(id).toBe(`${bucket}/${objectName}#${generation}`);
    expect(await stored(made)).toBeNull();
    expect((await read("passing", made))?.state).toEqual(made.state);
    await resource.delete(context, { id: made.id, state: made.state, timeoutSeconds: 0 });
  });

  test("is sent again when it is to stay after all", async () => {
    const digest = diskOf(9);
    const change = (olds: PropertyMap, news: PropertyMap) =>
      resource.diff(contextOf("passing"), { id: "", olds, state: {}, news });
    const kept = { ...given(digest), keep: true };
    expect((await change(given(digest), kept)).changes.keep?.kind).toBe("update-replace");
    expect((await change(kept, given(digest))).changes.keep?.kind).toBe("update");
  });
});

describe("a disturbed upload", () => {
  test.each(["throttle", "fail", "cut", "lose-answer"] as const)(
    "gets through: %s",
    async (kind) => {
      let count = 0;
      google.disturb = () => (count++ % 3 === 1 ? kind : "pass");
      const digest = diskOf(6, 3 * PIECE_BYTES);
      const made = await create(`through-${kind}`, digest);
      google.disturb = () => "pass";
      expect(await stored(made)).toEqual(archiveOf(disks.get(digest) as SparseDisk));
      // Nothing is sent that has arrived already.
      const sent = google.calls.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0);
      if (kind === "lose-answer") expect(sent).toBeLessThan(Number(made.state.sizeBytes) + 2000);
      await remove(`through-${kind}`, made);
    },
  );

  test("that arrives damaged is refused and leaves nothing", async () => {
    google.disturb = ({ action }) => (action === "put" ? "damage" : "pass");
    const digest = diskOf(7);
    await expect(create("damaged", digest)).rejects.toThrow(/arrived damaged .* and was removed/);
    google.disturb = () => "pass";
    const { state } = await create("damaged", digest, true);
    expect(await google.download(BUCKET, String(state.objectName))).toBeNull();
  });

  // At every request that it makes, one after the other: cancelled there, or nothing more arrives.
  test.each(["cancel", "cut", "hang", "lose-answer"] as const)(
    "that is cut short (%s) goes on where it was",
    async (kind) => {
      let cutAt = 0;
      for (let isCut = true; isCut; cutAt++) {
        const name = `resumed-${kind}-${cutAt}`;
        const digest = diskOf(8, 3 * PIECE_BYTES);
        const cancel = new AbortController();
        let count = 0;
        isCut = false;
        google.disturb = () => {
          if (count++ < cutAt) return "pass";
          isCut = true;
          if (kind !== "cancel") return kind;
          cancel.abort(new Error("cancelled"));
          return "pass";
        };
        const context = contextOf(name, cancel.signal);
        const request = { inputs: inputsFor(digest), preview: false, timeoutSeconds: 0 };
        const chosen = kind === "cancel" ? resource : hastyResource;
        const failure = await chosen.create(context, request).then(
          () => null,
          (error: Error) => error.message,
        );
        google.disturb = () => "pass";
        await google.idle();
        if (isCut && kind !== "cancel") expect(failure).toMatch(/Google|gs:|127\.0\.0\.1/);
        const first = google.takeCounts();
        const made = await create(name, digest);
        const { begin = 0, put = 0 } = google.takeCounts();
        // A piece whose arrival is not known is asked for, not sent again; without the upload's
        // address there is nothing to ask for.
        const expected = isCut ? [cutAt === 0 ? 2 : 1, 4] : [2, 8];
        if (kind === "cancel") {
          expect([(first.begin ?? 0) + begin, (first.put ?? 0) + put]).toEqual(expected);
        } else if (isCut) {
          const arrived = Math.max(0, cutAt - 1) + (kind === "lose-answer" && cutAt > 0 ? 1 : 0);
          expect([begin, put]).toEqual([cutAt === 0 ? 1 : 0, 4 - arrived]);
        }
        expect(await stored(made)).toEqual(archiveOf(disks.get(digest) as SparseDisk));
        await remove(name, made);
        google.takeCounts();
      }
      expect(cutAt).toBeGreaterThan(4);
    },
  );
});

test("what is read back from Google boots", async (context) => {
  if (uefiMissing.length > 0) context.skip(`${uefiMissing.join(", ")}: missing`);
  const { digest, disk } = await helloDisk(GIBIBYTE);
  disks.set(digest, disk);
  const made = await create("booting", digest);
  const directory = temporaryDirectory();
  const archive = join(directory, "disk.tar.gz");
  writeFileSync(archive, (await stored(made)) ?? "");
  expect(run("tar", ["-xzf", archive, "-C", directory]).output).toBe("");
  const scsi = ["-device", "virtio-scsi-pci", "-device", "scsi-hd,drive=disk"];
  const machine = startUefiMachine(join(directory, "disk.raw"), "q35", scsi);
  expect(await machine.ended(60_000)).toBe(0);
  expect(machine.console()).toContain("Hello from a unikernel");
  await remove("booting", made);
});
