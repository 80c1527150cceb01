// Makes a network and is killed at once, as a provider may be: `network-and-die.ts HOME ID`.
import { LocalNetworks } from "../../provider/src/drivers/networks/local-networks.ts";

const [, , home = "", id = ""] = process.argv;
await new LocalNetworks({ home }).apply({ id, owner: "urn:test", name: id, cidr: "10.7.0.0/24" });
process.kill(process.pid, "SIGKILL");
