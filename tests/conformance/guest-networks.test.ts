// Guests that reach each other through the networks of this machine.
import { networkSuite } from "./guest-networks.ts";
import { TestHome } from "./qemu-driver-home.ts";
import { SandboxHome } from "./sandbox-driver-home.ts";

networkSuite("qemu", "kvm", () => TestHome.make());
networkSuite("sandbox", "linux", () => SandboxHome.make());
