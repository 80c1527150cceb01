// The component `unikernel:index:Function`: a handler of requests in TypeScript, its image and the
// guest that serves it.
import * as pulumi from "@pulumi/pulumi";
import { serializeFunction } from "./captured.ts";
import { Guest, type GuestArgs } from "./guest.ts";
import { Image, type ImageArgs } from "./image.ts";

const TYPE = "unikernel:index:Function";

/** What answers requests. */
export type RequestHandler = (request: Request) => Response | Promise<Response>;

/** Settings of a function's image and of its guest. */
export interface FunctionSettings
  extends Omit<ImageArgs, "app">,
    Omit<GuestArgs, "image" | "healthCheck"> {
  /** Ports of the host that lead to the guest, which serves on port 80 (option FUNCTION_PORT). The
   * default is a free port of the host. */
  readonly ports?: GuestArgs["ports"];
  /** How to find out whether the function works; the default is that it accepts connections. */
  readonly healthCheck?: GuestArgs["healthCheck"];
}

export interface FunctionArgs extends FunctionSettings {
  /** The module that exports the handler, a path relative to the Pulumi program: its default
   * export is a function from a Request to a Response, or an object with such a function as
   * `fetch`. */
  readonly entry: pulumi.Input<string>;
}

/**
 * A handler of HTTP requests as a unikernel of its own.
 *
 * ```ts
 * const hello = new unikernel.Function("hello", (request) => new Response("hello " + request.url));
 * const api = new unikernel.Function("api", { entry: "./api.ts", ports: [{ host: 8080, guest: 80 }] });
 * export const url = api.url;
 * ```
 *
 * What a handler captures of the program becomes part of the image, except for outputs: their
 * values are handed to the guest, secrets included, and the handler reads them with `get()`.
 */
export class HandlerFunction extends pulumi.ComponentResource {
  readonly image: Image;
  readonly guest: Guest;
  /** Where the function answers, e.g. "http://127.0.0.1:8080". */
  readonly url: pulumi.Output<string | undefined>;
  /** The digest of its image. */
  readonly digest: pulumi.Output<string>;
  /** Size of its image. */
  readonly sizeBytes: pulumi.Output<number>;

  constructor(
    name: string,
    handler: RequestHandler | FunctionArgs,
    settings?: FunctionSettings,
    options?: pulumi.ComponentResourceOptions,
  );
  constructor(name: string, args: FunctionArgs, options?: pulumi.ComponentResourceOptions);
  constructor(
    name: string,
    handler: RequestHandler | FunctionArgs,
    second: FunctionSettings | pulumi.ComponentResourceOptions = {},
    third?: pulumi.ComponentResourceOptions,
  ) {
    const isInline = typeof handler === "function";
    const settings = isInline ? (second as FunctionSettings) : handler;
    const options = isInline ? third : (second as pulumi.ComponentResourceOptions);
    super(TYPE, name, {}, options);
    const {
      libraries,
      options: kconfig,
      optimize,
      platform,
      architecture,
      buildOnPreview,
      ...rest
    } = settings;
    const source = isInline ? inlineSource(handler) : { app: handler.entry, environment: {} };
    const { entry: _, ...guestSettings } = rest as FunctionArgs;
    this.image = new Image(
      name,
      {
        app: source.app,
        libraries,
        options: kconfig,
        optimize,
        platform,
        architecture,
        buildOnPreview,
      },
      { parent: this },
    );
    this.guest = new Guest(
      name,
      {
        ...guestSettings,
        ports: guestSettings.ports ?? [{ guest: 80 }],
        healthCheck: guestSettings.healthCheck ?? { tcp: 80 },
        env: pulumi.all([guestSettings.env, source.environment]).apply(([own, captured]) => ({
          ...captured,
          ...own,
        })),
        image: this.image,
      },
      { parent: this },
    );
    this.url = this.guest.url;
    this.digest = this.image.digest;
    this.sizeBytes = this.image.sizeBytes;
    const { url, digest, sizeBytes } = this;
    this.registerOutputs({ url, digest, sizeBytes });
  }
}

function inlineSource(handler: RequestHandler) {
  const serialized = serializeFunction(handler);
  return {
    app: serialized.then(({ text }) => new pulumi.asset.StringAsset(text)),
    // Apart from the text, which is known when they are not.
    environment: pulumi.output(serialized.then(({ environment }) => environment)),
  };
}
