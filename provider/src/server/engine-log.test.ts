import { afterEach, describe, expect, it } from "vitest";
import { EngineLog } from "./engine-log.ts";
import { startEngine } from "./harness.ts";

let stop = () => {};
afterEach(() => stop());

async function start() {
  const engine = await startEngine();
  const log = new EngineLog(engine.address);
  stop = () => {
    log.close();
    engine.stop();
  };
  return { engine, log };
}

describe("EngineLog", () => {
  it("sends messages in order, with their severity", async () => {
    const { engine, log } = await start();
    log.log("urn:a", "error", "first");
    log.log("", "debug", "second");
    log.log("urn:a", "info", "third");
    await log.flush();
    expect(engine.messages).toStrictEqual([
      { urn: "urn:a", severity: 3, message: "first", ephemeral: false },
      { urn: "", severity: 0, message: "second", ephemeral: false },
      { urn: "urn:a", severity: 1, message: "third", ephemeral: false },
    ]);
  });

  it("sends only the newest status line of each resource that waits", async () => {
    const { engine, log } = await start();
    for (let count = 1; count <= 100; count++) log.status("urn:a", `compiled ${count} files`);
    log.status("urn:b", "starting");
    await log.flush();
    expect(engine.messages.map(({ urn, message }) => `${urn} ${message}`)).toStrictEqual([
      "urn:a compiled 100 files",
      "urn:b starting",
    ]);
    log.status("urn:a", "linking");
    await log.flush();
    expect(engine.messages.at(-1)).toMatchObject({ message: "linking", ephemeral: true });
  });

  it("is silent without an engine and survives one that is gone", async () => {
    const silent = new EngineLog();
    silent.log("", "info", "to nobody");
    silent.status("", "to nobody");
    await silent.flush();
    const { engine, log } = await start();
    engine.stop();
    log.log("", "info", "too late");
    await expect(log.flush()).resolves.toBeUndefined();
  });

  it("follows the engine that attaches", async () => {
    const { log } = await start();
    const other = await startEngine();
    log.attach(other.address);
    log.log("", "info", "hello");
    await log.flush();
    expect(other.messages).toHaveLength(1);
    other.stop();
  });
});
