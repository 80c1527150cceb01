// URL, as the URL standard has it; host names are ASCII.
import { encodePercent, percentSets } from "./percent.ts";
import { URLSearchParams } from "./search-params.ts";
import { parseHost } from "./url-host.ts";

const defaultPorts: Readonly<Record<string, string>> = {
  "http:": "80",
  "https:": "443",
  "ws:": "80",
  "wss:": "443",
  "ftp:": "21",
  "file:": "",
};

interface Parts {
  scheme: string;
  username: string;
  password: string;
  /** Undefined: no authority at all. */
  host: string | undefined;
  port: string;
  /** Segments, or what stands for itself behind a scheme like "mailto:". */
  path: string[] | string;
  query: string | undefined;
  fragment: string | undefined;
}

const isSpecial = (scheme: string) => scheme in defaultPorts;

/** What is not known of a relative reference comes from the base; undefined when it is no URL. */
function parse(given: string, base: Parts | undefined): Parts | undefined {
  const input = given.replace(/^[\0-\x20]+|[\0-\x20]+$/g, "").replace(/[\t\n\r]/g, "");
  const [beforeFragment, fragment] = divide(input, "#");
  const encodedFragment =
    fragment === undefined ? undefined : encodePercent(fragment, percentSets.fragment);
  const scheme = /^[a-z][a-z\d+\-.]*:/i.exec(beforeFragment)?.[0].toLowerCase();
  const isRelativeSpecial =
    scheme !== undefined &&
    isSpecial(scheme) &&
    scheme === base?.scheme &&
    !/^[a-z\d+\-.]*:[/\\]{2}/i.test(beforeFragment);
  if (scheme === undefined || isRelativeSpecial) {
    if (!base) return undefined;
    const rest = isRelativeSpecial ? beforeFragment.slice(scheme.length) : beforeFragment;
    return relative(rest, base, encodedFragment, input.startsWith("#"));
  }
  const parts: Parts = {
    scheme,
    username: "",
    password: "",
    host: undefined,
    port: "",
    path: [],
    query: undefined,
    fragment: encodedFragment,
  };
  const rest = beforeFragment.slice(scheme.length);
  if (scheme === "file:") return file(rest, parts, base?.scheme === "file:" ? base : undefined);
  if (isSpecial(scheme)) return authority(rest.replace(/^[/\\]*/, ""), parts);
  if (rest.startsWith("//")) return authority(rest.slice(2), parts);
  const [path, query] = divide(rest, "?");
  parts.query = query === undefined ? undefined : encodePercent(query, percentSets.query);
  if (path.startsWith("/")) parts.path = segments(path, parts, []);
  else parts.path = encodePercent(path, percentSets.control);
  return parts;
}

function divide(text: string, mark: string): [string, string | undefined] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

/** Behind "//": user, host, port, and what follows. */
function authority(text: string, parts: Parts): Parts | undefined {
  const special = isSpecial(parts.scheme);
  const end = text.search(special ? /[/\\?]/ : /[/?]/);
  const whole = end < 0 ? text : text.slice(0, end);
  const at = whole.lastIndexOf("@");
  if (at >= 0) {
    const [username, password] = divide(whole.slice(0, at), ":");
    parts.username = encodePercent(username, percentSets.userinfo);
    parts.password = encodePercent(password ?? "", percentSets.userinfo);
  }
  const place = whole.slice(at + 1);
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(place) ?? [];
  if (host === undefined || !setHost(parts, host) || !setPort(parts, port ?? "")) return undefined;
  if (host === "" && (at >= 0 || port !== undefined)) return undefined;
  return tail(end < 0 ? "" : text.slice(end), parts, []);
}

function setHost(parts: Parts, text: string): boolean {
  if (text === "") {
    if (isSpecial(parts.scheme) && parts.scheme !== "file:") return false;
    parts.host = "";
    return true;
  }
  const host = parseHost(text, isSpecial(parts.scheme));
  if (host === undefined) return false;
  parts.host = host;
  return true;
}

function setPort(parts: Parts, text: string): boolean {
  if (!/^\d*$/.test(text) || Number(text) > 65535) return false;
  const port = text === "" ? "" : `${Number(text)}`;
  parts.port = port === defaultPorts[parts.scheme] ? "" : port;
  return true;
}

/** Path and query, behind what is there already. */
function tail(text: string, parts: Parts, before: readonly string[]): Parts {
  const [path, query] = divide(text, "?");
  parts.path = segments(path, parts, before);
  parts.query = query === undefined ? undefined : encodeQuery(query, parts.scheme);
  return parts;
}

function encodeQuery(query: string, scheme: string): string {
  return encodePercent(query, isSpecial(scheme) ? percentSets.specialQuery : percentSets.query);
}

/** The segments of a path, without "." and "..". */
function segments(path: string, parts: Parts, before: readonly string[]): string[] {
  const special = isSpecial(parts.scheme);
  if (path === "") return special && before.length === 0 ? [""] : [...before];
  const found = [...before];
  const names = (special ? path.replaceAll("\\", "/") : path).replace(/^\//, "").split("/");
  for (const [at, name] of names.entries()) {
    const plain = name.replace(/%2e/gi, ".");
    const isLast = at === names.length - 1;
    if (plain === "..") {
      const isDrive = parts.scheme === "file:" && found.length === 1 && isDriveLetter(found[0]);
      if (!isDrive) found.pop();
    }
    if (plain === "." || plain === "..") {
      if (isLast) found.push("");
    } else {
      const isDrive = parts.scheme === "file:" && found.length === 0 && /^[a-z][:|]$/i.test(name);
      found.push(isDrive ? `${name[0]}:` : encodePercent(name, percentSets.path));
    }
  }
  return found;
}

function isDriveLetter(segment: string | undefined): boolean {
  return segment !== undefined && /^[a-z]:$/i.test(segment);
}

function relative(
  text: string,
  base: Parts,
  fragment: string | undefined,
  isFragmentOnly: boolean,
): Parts | undefined {
  const parts: Parts = { ...base, fragment };
  if (typeof base.path === "string") return isFragmentOnly && text === "" ? parts : undefined;
  if (base.scheme === "file:")
    return file(text, { ...parts, host: "", path: [], query: undefined }, base);
  const special = isSpecial(base.scheme);
  const clean = special ? text.replace(/^[/\\]+/, (marks) => "/".repeat(marks.length)) : text;
  if (clean.startsWith("//")) {
    const fresh = { ...parts, username: "", password: "", port: "" };
    return authority(special ? clean.replace(/^\/+/, "") : clean.slice(2), fresh);
  }
  if (clean.startsWith("/")) return tail(clean, parts, []);
  if (clean === "") return parts;
  if (clean.startsWith("?")) {
    parts.query = encodeQuery(clean.slice(1), parts.scheme);
    return parts;
  }
  return tail(clean, parts, base.path.slice(0, -1));
}

function file(text: string, parts: Parts, base: Parts | undefined): Parts | undefined {
  const clean = text.replaceAll("\\", "/");
  parts.host = "";
  if (clean.startsWith("//")) {
    const end = clean.slice(2).search(/[/?]/);
    const host = end < 0 ? clean.slice(2) : clean.slice(2, 2 + end);
    const isDrive = /^[a-z][:|]$/i.test(host);
    if (!isDrive && !setHost(parts, host)) return undefined;
    if (parts.host === "localhost") parts.host = "";
    return tail(isDrive ? clean.slice(1) : end < 0 ? "" : clean.slice(2 + end), parts, []);
  }
  if (!base) return tail(clean, parts, []);
  parts.host = base.host;
  const path = base.path as string[];
  const drive = isDriveLetter(path[0]) ? [path[0] as string] : [];
  if (clean.startsWith("/")) {
    return tail(clean, parts, /^\/[a-z][:|]([/?]|$)/i.test(clean) ? [] : drive);
  }
  if (clean === "") return { ...parts, path, query: base.query };
  if (clean.startsWith("?")) {
    return { ...parts, path, query: encodeQuery(clean.slice(1), parts.scheme) };
  }
  return tail(clean, parts, /^[a-z][:|]([/?]|$)/i.test(clean) ? [] : path.slice(0, -1));
}

function pathText({ path }: Parts): string {
  if (typeof path === "string") return path;
  return path.map((segment) => `/${segment}`).join("");
}

function format(parts: Parts): string {
  const { scheme, username, password, host, port, path, query, fragment } = parts;
  let text = scheme;
  if (host !== undefined) {
    const user = password === "" ? username : `${username}:${password}`;
    text += `//${user === "" ? "" : `${user}@`}${host}${port === "" ? "" : `:${port}`}`;
  } else if (typeof path !== "string" && path.length > 1 && path[0] === "") {
    // "//" would be read as the start of a host.
    text += "/.";
  }
  text += pathText(parts);
  if (query !== undefined) text += `?${query}`;
  return fragment === undefined ? text : `${text}#${fragment}`;
}

export class URL {
  #parts: Parts;
  #searchParams: URLSearchParams | undefined;

  constructor(url: string | URL, base?: string | URL) {
    const parts = parseWith(url, base);
    if (!parts) throw new TypeError(`Invalid URL: ${url}`);
    this.#parts = parts;
  }

  static canParse(url: string | URL, base?: string | URL): boolean {
    return parseWith(url, base) !== undefined;
  }

  static parse(url: string | URL, base?: string | URL): URL | null {
    return URL.canParse(url, base) ? new URL(url, base) : null;
  }

  get href(): string {
    return format(this.#parts);
  }
  set href(value: string) {
    const parts = parse(String(value), undefined);
    if (!parts) throw new TypeError(`Invalid URL: ${value}`);
    this.#parts = parts;
    this.#searchParams?.replace(parts.query ?? "");
  }

  get origin(): string {
    const { scheme } = this.#parts;
    if (!isSpecial(scheme) || scheme === "file:") return "null";
    return `${scheme}//${this.host}`;
  }

  get protocol(): string {
    return this.#parts.scheme;
  }
  set protocol(value: string) {
    const scheme = /^[a-z][a-z\d+\-.]*(?=:|$)/i.exec(String(value))?.[0].toLowerCase();
    const parts = this.#parts;
    if (!scheme || isSpecial(`${scheme}:`) !== isSpecial(parts.scheme)) return;
    if (scheme === "file" && (parts.username || parts.password || parts.port)) return;
    if (parts.scheme === "file:" && parts.host === "") return;
    parts.scheme = `${scheme}:`;
    setPort(parts, parts.port);
  }

  get username(): string {
    return this.#parts.username;
  }
  set username(value: string) {
    if (!this.#hasHost()) return;
    this.#parts.username = encodePercent(String(value), percentSets.userinfo);
  }

  get password(): string {
    return this.#parts.password;
  }
  set password(value: string) {
    if (!this.#hasHost()) return;
    this.#parts.password = encodePercent(String(value), percentSets.userinfo);
  }

  get host(): string {
    const { host, port } = this.#parts;
    return port === "" ? (host ?? "") : `${host}:${port}`;
  }
  set host(value: string) {
    this.hostname = value;
    const port = /^(?:\[[^\]]*\]|[^:/?#\\]*):(\d+)/.exec(String(value))?.[1];
    if (port !== undefined) setPort(this.#parts, port);
  }

  get hostname(): string {
    return this.#parts.host ?? "";
  }
  set hostname(value: string) {
    if (typeof this.#parts.path === "string") return;
    const [host = ""] = /^(\[[^\]]*\]|[^:/?#\\]*)/.exec(String(value)) ?? [];
    if (host === "" && (this.#parts.username || this.#parts.password || this.#parts.port)) return;
    setHost(this.#parts, host);
  }

  get port(): string {
    return this.#parts.port;
  }
  set port(value: string) {
    if (!this.#hasHost() || this.#parts.scheme === "file:") return;
    const text = String(value);
    const digits = /^\d+/.exec(text)?.[0];
    if (text === "" || digits !== undefined) setPort(this.#parts, digits ?? "");
  }

  get pathname(): string {
    return pathText(this.#parts);
  }
  set pathname(value: string) {
    const parts = this.#parts;
    if (typeof parts.path === "string") return;
    const text = String(value).replace(/[?#]/g, (mark) => (mark === "?" ? "%3F" : "%23"));
    parts.path = segments(text, parts, []);
  }

  get search(): string {
    return this.#parts.query ? `?${this.#parts.query}` : "";
  }
  set search(value: string) {
    const text = String(value).replace(/^\?/, "");
    const query = encodeQuery(text, this.#parts.scheme);
    this.#parts.query = text === "" ? undefined : query;
    this.#searchParams?.replace(query);
  }

  get searchParams(): URLSearchParams {
    this.#searchParams ??= URLSearchParams.of(this.#parts.query ?? "", (text) => {
      this.#parts.query = text === "" ? undefined : text;
    });
    return this.#searchParams;
  }

  get hash(): string {
    return this.#parts.fragment ? `#${this.#parts.fragment}` : "";
  }
  set hash(value: string) {
    const text = String(value).replace(/^#/, "");
    this.#parts.fragment = text === "" ? undefined : encodePercent(text, percentSets.fragment);
  }

  toString(): string {
    return this.href;
  }

  toJSON(): string {
    return this.href;
  }

  get [Symbol.toStringTag](): string {
    return "URL";
  }

  #hasHost(): boolean {
    return Boolean(this.#parts.host);
  }
}

function parseWith(url: unknown, base: unknown): Parts | undefined {
  if (base === undefined) return parse(String(url), undefined);
  const start = parse(String(base), undefined);
  return start && parse(String(url), start);
}
