// Guests of a few machine instructions, for tests of what runs guests: they write to the console
// and then end or stay. They answer nothing on the network.
import { CODE_ADDRESS, pvhProgram } from "../../provider/src/drivers/qemu/pvh-program.ts";

export interface TinyGuest {
  /** Written to the console. */
  readonly text?: string;
  /** Also writes the configuration that it got, one line per entry. */
  readonly showConfiguration?: boolean;
  /** Ends with this status; stays when absent. */
  readonly exit?: number;
  /** Ends with a triple fault, as a guest without traps does. */
  readonly reset?: boolean;
}

export function tinyGuest(guest: TinyGuest): Buffer {
  const dword = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 255);
  const show = [
    ...[0x8b, 0x73, 0x10], // mov esi, [ebx + 16]: the list of modules
    ...[0x8b, 0x4e, 0x08], // mov ecx, [esi + 8]: the length of the first
    ...[0x8b, 0x36], // mov esi, [esi]: its address
    ...[0xac, 0x84, 0xc0, 0x75, 0x02, 0xb0, 0x0a], // lodsb; NUL becomes a line's end
    ...[0xee, 0xe2, 0xf6], // out dx, al; loop
  ];
  const prelude = [0x66, 0xba, 0xf8, 0x03, ...(guest.showConfiguration ? show : [])];
  const print = [0xac, 0x84, 0xc0, 0x74, 0x03, 0xee, 0xeb, 0xf8]; // out every byte until NUL
  const exit = guest.exit === undefined ? [] : [0xb0, guest.exit, 0xe6, 0xf4];
  // Where the status is only written down, a reset has to follow, as in the library OS.
  const isReset = guest.reset || guest.exit !== undefined;
  const reset = isReset ? [0x0f, 0x01, 0x1d, ...dword(0), 0x0f, 0x0b] : []; // lidt [0]; ud2
  const stay = [0xfa, 0xf4, 0xeb, 0xfd]; // cli; hlt; jmp
  const tail = [...print, ...exit, ...reset, ...stay];
  const textAddress = CODE_ADDRESS + prelude.length + 5 + tail.length;
  const code = [...prelude, 0xbe, ...dword(textAddress), ...tail];
  return pvhProgram(Buffer.concat([Uint8Array.from(code), Buffer.from(`${guest.text ?? ""}\0`)]));
}
