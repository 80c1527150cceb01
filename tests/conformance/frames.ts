// Ethernet frames of a network with one guest (10.9.0.15, 02:00:00:00:00:15) and one peer
// (10.9.0.2, 02:00:00:00:00:02), as far as a DHCP server and the start of a connection need them.

const GUEST = { mac: Buffer.from("020000000015", "hex"), ip: Buffer.from([10, 9, 0, 15]) };
const PEER = { mac: Buffer.from("020000000002", "hex"), ip: Buffer.from([10, 9, 0, 2]) };
const IPV4 = 0x0800;
const ARP = 0x0806;
const [TCP, UDP] = [6, 17];
const IP_AT = 14;
const PAYLOAD_AT = IP_AT + 20;
const DHCP_AT = PAYLOAD_AT + 8;
const DHCP_OPTIONS_AT = DHCP_AT + 240;
const PEER_PORT = 40_000;

export function isDhcpRequest(frame: Buffer): boolean {
  const isUdp = frame.readUInt16BE(12) === IPV4 && frame[IP_AT + 9] === UDP;
  return isUdp && frame.readUInt16BE(PAYLOAD_AT + 2) === 67;
}

/** The offer of the guest's address, or its confirmation; with an MTU if there is one. */
export function dhcpAnswer(request: Buffer, mtu: number | undefined): Buffer {
  const isDiscover = request[DHCP_OPTIONS_AT + 2] === 1;
  const head = Buffer.from(request.subarray(DHCP_AT, DHCP_OPTIONS_AT));
  head[0] = 2;
  GUEST.ip.copy(head, 16);
  const options = [
    [53, 1, isDiscover ? 2 : 5],
    [54, 4, ...PEER.ip],
    [51, 4, 0, 0, 0x0e, 0x10],
    [1, 4, 255, 255, 255, 0],
    [3, 4, ...PEER.ip],
    ...(mtu === undefined ? [] : [[26, 2, mtu >> 8, mtu & 255]]),
    [255],
  ];
  const message = Buffer.concat([head, Buffer.from(options.flat())]);
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(67, 0);
  udp.writeUInt16BE(68, 2);
  udp.writeUInt16BE(8 + message.length, 4);
  return toGuest(UDP, Buffer.concat([udp, message]));
}

/** The answer to a question for the peer's hardware address; undefined: it is none. */
export function whoHas(frame: Buffer): Buffer | undefined {
  const isForUs = frame.readUInt16BE(12) === ARP && frame.subarray(38, 42).equals(PEER.ip);
  if (!isForUs || frame.readUInt16BE(20) !== 1) return undefined;
  const kind = Buffer.from("000108000604", "hex");
  const reply = Buffer.concat([PEER.mac, PEER.ip, GUEST.mac, GUEST.ip]);
  return Buffer.concat([GUEST.mac, PEER.mac, uint16(ARP), kind, uint16(2), reply]);
}

/** The start of a connection to a port of the guest. */
export function synTo(port: number): Buffer {
  const segment = Buffer.alloc(24);
  segment.writeUInt16BE(PEER_PORT, 0);
  segment.writeUInt16BE(port, 2);
  segment.writeUInt32BE(1000, 4);
  segment.writeUInt16BE(0x6002, 12);
  segment.writeUInt16BE(65_535, 14);
  segment.writeUInt32BE(0x020405b4, 20);
  const pseudo = Buffer.concat([PEER.ip, GUEST.ip, uint16(TCP), uint16(segment.length)]);
  segment.writeUInt16BE(checksum(Buffer.concat([pseudo, segment])), 16);
  return toGuest(TCP, segment);
}

/** What the guest offers in its answer to synTo(); undefined: the frame is another. */
export function mssOf(frame: Buffer): number | undefined {
  if (frame.readUInt16BE(12) !== IPV4 || frame[IP_AT + 9] !== TCP) return undefined;
  const segment = frame.subarray(PAYLOAD_AT);
  const isAnswer = segment.readUInt16BE(2) === PEER_PORT && segment[13] === 0x12;
  return isAnswer && segment[20] === 2 ? segment.readUInt16BE(22) : undefined;
}

function toGuest(protocol: number, payload: Buffer): Buffer {
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + payload.length, 2);
  ip[8] = 64;
  ip[9] = protocol;
  PEER.ip.copy(ip, 12);
  GUEST.ip.copy(ip, 16);
  ip.writeUInt16BE(checksum(ip), 10);
  return Buffer.concat([GUEST.mac, PEER.mac, uint16(IPV4), ip, payload]);
}

/** Of an even number of bytes (RFC 1071). */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}
