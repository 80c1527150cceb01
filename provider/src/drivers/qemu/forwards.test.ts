import { expect, test } from "vitest";
import type { PortForward } from "../driver.ts";
import { forwardRule, hasEstablished, listener, parseUserNetwork } from "./forwards.ts";

const tcp = (host: number, guest: number, address = "127.0.0.1"): PortForward => ({
  host,
  guest,
  protocol: "tcp",
  address,
});

const ANSWER =
  "Hub -1 (net0):\r\n  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n" +
  "  TCP[ESTABLISHED]   17       127.0.0.1 18999       10.0.2.15    80     0     0\r\n" +
  "  TCP[HOST_FORWARD]  15       127.0.0.1 18999       10.0.2.15    80     0     0\r\n" +
  "  UDP[HOST_FORWARD]  16               * 5353        10.0.2.15  5353     0     0\r\n";

test("rules", () => {
  expect(forwardRule(tcp(8080, 80))).toBe("tcp:127.0.0.1:8080-10.0.2.15:80");
  expect(listener(tcp(8080, 80))).toBe("tcp:127.0.0.1:8080");
});

test("reads forwards, and not connections, from the monitor's table", () => {
  expect(parseUserNetwork(ANSWER)).toEqual([
    tcp(18999, 80),
    { host: 5353, guest: 5353, protocol: "udp", address: "0.0.0.0" },
  ]);
  expect(parseUserNetwork("")).toEqual([]);
});

test("a connection counts once the guest has accepted it", () => {
  expect(hasEstablished(ANSWER, tcp(18999, 80))).toBe(true);
  expect(hasEstablished(ANSWER, tcp(18999, 81))).toBe(false);
  expect(hasEstablished(ANSWER.replace("ESTABLISHED", "SYN_SENT"), tcp(18999, 80))).toBe(false);
});
