// atob and btoa.
import { DOMException } from "./events.ts";

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function btoa(given: unknown): string {
  const text = String(given);
  let result = "";
  for (let at = 0; at < text.length; at += 3) {
    let group = 0;
    for (let place = 0; place < 3; place++) {
      const code = at + place < text.length ? text.charCodeAt(at + place) : 0;
      if (code > 255)
        throw new DOMException("btoa: a character beyond 255", "InvalidCharacterError");
      group = (group << 8) | code;
    }
    for (let place = 0; place < 4; place++) {
      const isThere = at + place <= text.length;
      result += isThere ? digits[(group >> (18 - 6 * place)) & 63] : "=";
    }
  }
  return result;
}

export function atob(given: unknown): string {
  const clean = String(given).replace(/[\t\n\f\r ]/g, "");
  const text = clean.length % 4 === 0 ? clean.replace(/==?$/, "") : clean;
  if (text.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(text)) {
    throw new DOMException("atob: the text is not base64", "InvalidCharacterError");
  }
  let result = "";
  let group = 0;
  let bits = 0;
  for (const character of text) {
    group = ((group << 6) | digits.indexOf(character)) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      result += String.fromCharCode((group >> bits) & 255);
    }
  }
  return result;
}
