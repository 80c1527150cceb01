// Creates a guest as the provider does and is killed at a given point of it. Run by the tests as a
// process of its own: `node create-and-die.ts HOME IMAGE PORT POINT`.
import type { Driver } from "../../provider/src/drivers/driver.ts";
import { QemuDriver, type Step } from "../../provider/src/drivers/qemu/qemu-driver.ts";
import { createGuest } from "../../provider/src/resources/guest.ts";
import { DIGEST, silentContext } from "./guest-resource.ts";

const [home = "", image = "", port = "", point = ""] = process.argv.slice(2);
const die = () => process.kill(process.pid, "SIGKILL");

const qemu = new QemuDriver({
  home,
  onStep: (step: Step) => {
    if (step === point) die();
  },
});
/** The driver, but what follows a call of the method named by the point never happens. */
const driver = new Proxy<Driver>(qemu, {
  get(target, name) {
    const member = Reflect.get(target, name, target);
    if (typeof member !== "function") return member;
    return async (...args: unknown[]) => {
      const result = await member.apply(target, args);
      if (`after ${String(name)}` === point) die();
      return result;
    };
  },
});
const guest = createGuest({
  image: async () => ({ path: image, symbolsPath: "" }),
  driver: async () => driver,
  programDirectory: "/program",
});
const inputs = {
  image: DIGEST,
  ports: [{ host: Number(port), guest: 80 }],
  accelerator: "tcg",
  healthCheck: { console: "up" },
};
const checked = await guest.check(silentContext(), {
  olds: {},
  news: inputs,
  randomSeed: new Uint8Array(),
});
await guest.create(silentContext(), { inputs: checked.inputs, preview: false, timeoutSeconds: 0 });
