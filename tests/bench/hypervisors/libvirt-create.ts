// A guest on a libvirt host: what the provider needs until it is healthy (pools, upload, domain,
// ports, boot, health check), beside `virsh create` of the same domain alone, which waits for
// nothing of that.
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoredImage } from "@pulumi-unikernel/toolchain";
import { domainXml } from "../../../provider/src/drivers/libvirt/domain-xml.ts";
import { encodeStruct } from "../../../provider/src/server/encode.ts";
import type { PropertyMap } from "../../../provider/src/values.ts";
import { LibvirtDaemon, whyNoLibvirtd } from "../../conformance/libvirt-daemon.ts";
import type { Benchmark } from "../main.ts";
import { builtImage } from "../support/images.ts";
import { protocol, startPlugin } from "../support/plugin.ts";
import { freePort } from "../support/qemu.ts";
import { interleaved, paired } from "../support/statistics.ts";

const NAME = "libvirt: Create of a guest until it is healthy";
const ROUNDS = 10;
const ADDED_MS_MAX = 300;
const URN = "urn:pulumi:bench::bench::unikernel:index:Guest::web";
const MEMORY_BYTES = 32 * 2 ** 20;

export const libvirtCreate: Benchmark = {
  name: "libvirt-create",
  async run() {
    const whyNot = await whyNoLibvirtd();
    if (whyNot !== null) return [{ name: NAME, skipped: whyNot }];
    await using daemon = await LibvirtDaemon.start();
    const image = await builtImage("http");
    const plugin = await startPlugin();
    try {
      const samples = await interleaved({ rounds: ROUNDS, warmUps: 1 }, [
        () => createGuest(plugin, daemon.uri, image.manifest.digest),
        () => virshCreate(daemon, image),
      ]);
      const { value, baselineValue, quotient } = paired(...samples);
      return [
        {
          name: NAME,
          value,
          unit: "ms",
          baseline: "virsh create",
          baselineValue,
          ratio: 1 / quotient,
          goal: `≤ the baseline + ${ADDED_MS_MAX} ms`,
          met: value <= baselineValue + ADDED_MS_MAX,
        },
      ];
    } finally {
      await plugin.stop();
    }
  },
};

async function createGuest(
  { call, client }: Awaited<ReturnType<typeof startPlugin>>,
  uri: string,
  digest: string,
): Promise<number> {
  const news: PropertyMap = {
    image: digest,
    driver: { name: "libvirt", uri },
    accelerator: "tcg",
    ports: [{ host: await freePort(), guest: 8080 }],
    healthCheck: { http: "/" },
  };
  const check = new protocol.CheckRequest();
  check.setUrn(URN);
  check.setNews(encodeStruct(news));
  const create = new protocol.CreateRequest();
  create.setUrn(URN);
  const start = performance.now();
  create.setProperties((await call(client.check, check)).getInputs());
  const created = await call(client.create, create);
  const elapsedMs = performance.now() - start;
  const removal = new protocol.DeleteRequest();
  removal.setUrn(URN);
  removal.setId(created.getId());
  removal.setProperties(created.getProperties());
  await call(client.delete, removal);
  return elapsedMs;
}

async function virshCreate(daemon: LibvirtDaemon, image: StoredImage): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "unikernel-bench-"));
  try {
    // Where the user under whom QEMU runs may read.
    const pool = join(daemon.directory, "lib/bench");
    await mkdir(pool, { recursive: true, mode: 0o711 });
    await copyFile(image.path, join(pool, "image"));
    await writeFile(join(pool, "configuration"), "unikernel-config/1\0");
    const seen = (name: string) => join("/var/lib/libvirt/bench", name);
    const record = {
      format: 1,
      id: "bench",
      owner: URN,
      progress: "creating",
      digest: image.manifest.digest,
      imagePath: seen("image"),
      memoryBytes: MEMORY_BYTES,
      cpus: 1,
      ports: [],
      forwards: [],
      accelerator: "tcg",
      startedAtMs: Date.now(),
    } as const;
    const description = join(directory, "domain.xml");
    const files = {
      image: seen("image"),
      configuration: seen("configuration"),
      console: seen("console"),
      status: seen("status"),
    };
    await writeFile(description, domainXml(record, "qemu", files));
    const start = performance.now();
    await daemon.virsh("create", description);
    const elapsedMs = performance.now() - start;
    await daemon.virsh("destroy", record.id);
    return elapsedMs;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
