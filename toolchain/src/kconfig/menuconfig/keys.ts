// Keys from a terminal's bytes.

export type Key =
  | { readonly kind: "character"; readonly character: string }
  | {
      readonly kind:
        | "up"
        | "down"
        | "left"
        | "right"
        | "pageup"
        | "pagedown"
        | "home"
        | "end"
        | "enter"
        | "escape"
        | "backspace"
        | "interrupt";
    };

const SEQUENCES: Readonly<Record<string, Exclude<Key["kind"], "character">>> = {
  "\x1b[A": "up",
  "\x1bOA": "up",
  "\x1b[B": "down",
  "\x1bOB": "down",
  "\x1b[C": "right",
  "\x1bOC": "right",
  "\x1b[D": "left",
  "\x1bOD": "left",
  "\x1b[5~": "pageup",
  "\x1b[6~": "pagedown",
  "\x1b[H": "home",
  "\x1b[1~": "home",
  "\x1bOH": "home",
  "\x1b[F": "end",
  "\x1b[4~": "end",
  "\x1bOF": "end",
  "\r": "enter",
  "\n": "enter",
  "\x1b": "escape",
  "\x7f": "backspace",
  "\b": "backspace",
  "\x03": "interrupt",
};

/** The keys in what was read at once; sequences that mean nothing here are dropped. */
export function parseKeys(input: string): Key[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send control characters
  const tokens = input.match(/\x1b(\[[0-9;]*[A-Za-z~]|O[A-Za-z])|[\s\S]/gu) ?? [];
  return tokens.flatMap((token): Key[] => {
    const kind = SEQUENCES[token];
    if (kind !== undefined) return [{ kind }];
    return token >= " " && token !== "\x7f" && !token.startsWith("\x1b")
      ? [{ kind: "character", character: token }]
      : [];
  });
}
