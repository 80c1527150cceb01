// What QEMU runs for each connection to a metadata server: `metadata-pipe.ts PORT` hands it on to
// the server of the test.
import { connect } from "node:net";

const server = connect(Number(process.argv[2]), "127.0.0.1");
process.stdin.pipe(server);
server.pipe(process.stdout);
server.on("error", () => process.exit(1)).on("close", () => process.exit(0));
