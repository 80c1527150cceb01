// The tender's arguments. Nothing secret may pass through here: everybody can read them.

export interface TenderForward {
  readonly protocol: "tcp" | "udp";
  /** Where to listen; port 0 lets the system choose. */
  readonly address: string;
  readonly port: number;
  /** Where what arrives is to go. */
  readonly target: { readonly address: string; readonly port: number };
}

export interface TenderBlock {
  /** By which the guest finds it: 1 to 20 bytes without "=". */
  readonly name: string;
  readonly path: string;
  readonly readOnly: boolean;
}

export interface TenderCommand {
  readonly image: string;
  readonly memoryBytes: number;
  /** By which others find the process. */
  readonly guest?: string;
  /** The descriptor at which the tender finds the guest's configuration. */
  readonly configurationDescriptor?: number;
  /** Whether stdin is the guest's console. */
  readonly readsConsole?: boolean;
  /** A tap interface. */
  readonly tap?: string;
  /** Interfaces in networks: the socket at which the tender hands each to the network's switch. */
  readonly switches?: readonly { readonly mac: string; readonly path: string }[];
  /** Files that are the guest's block devices. */
  readonly blocks?: readonly TenderBlock[];
  readonly exitFile?: string;
  readonly control?: string;
  readonly forwards?: readonly TenderForward[];
  /** The command that serves the guest's network, see gatewayCommand(). */
  readonly helper?: readonly string[];
}

export function tenderArguments(command: TenderCommand): string[] {
  const option = (name: string, value: string | number | undefined) =>
    value === undefined ? [] : [name, String(value)];
  return [
    ...option("--guest", command.guest),
    ...option("--memory", command.memoryBytes),
    ...option("--config", command.configurationDescriptor),
    ...(command.readsConsole ? ["--input"] : []),
    ...option("--tap", command.tap),
    ...(command.switches ?? []).flatMap(({ mac, path }) => option("--switch", `${mac}=${path}`)),
    ...(command.blocks ?? []).flatMap(({ name, path, readOnly }) =>
      option(readOnly ? "--block-read-only" : "--block", `${name}=${path}`),
    ),
    ...option("--exit-file", command.exitFile),
    ...option("--control", command.control),
    ...(command.forwards ?? []).flatMap((forward) => ["--forward", forwardText(forward)]),
    command.image,
    ...(command.helper === undefined ? [] : ["--", ...command.helper]),
  ];
}

/** E.g. "tcp:127.0.0.1:8080:127.5.6.7:20000". */
export function forwardText({ protocol, address, port, target }: TenderForward): string {
  return `${protocol}:${address}:${port}:${target.address}:${target.port}`;
}

/** The other way round; undefined when it is none. */
export function parseForward(text: string): TenderForward | undefined {
  const match = /^(tcp|udp):([\d.]+):(\d+):([\d.]+):(\d+)$/.exec(text);
  if (match === null) return undefined;
  const [, protocol, address = "", port, target = "", targetPort] = match;
  return {
    protocol: protocol === "udp" ? "udp" : "tcp",
    address,
    port: Number(port),
    target: { address: target, port: Number(targetPort) },
  };
}
