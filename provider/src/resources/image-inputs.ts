// From what a program says of an image to what the toolchain can plan: types, names and defaults.
// All that is wrong is found at once, each with its property path.
import { isAbsolute, resolve } from "node:path";
import type { ImageRequest, OptionValue } from "@pulumi-unikernel/toolchain";
import {
  Archive,
  Asset,
  containsUnknown,
  isPropertyList,
  isPropertyMap,
  type PropertyMap,
  type PropertyValue,
  Unknown,
  unwrapMap,
} from "../values.ts";
import type { CheckFailure } from "./resource.ts";
import { suggestion } from "./suggestion.ts";

export const IMAGE_INPUTS = [
  "app",
  "libraries",
  "options",
  "optimize",
  "platform",
  "architecture",
  "buildOnPreview",
] as const;

const CHOICES = {
  optimize: ["speed", "size", "debug"],
  platform: ["kvm", "xen", "linux"],
  architecture: ["x86_64"],
} as const;

const DEFAULTS: PropertyMap = {
  libraries: [],
  options: {},
  optimize: "speed",
  platform: "kvm",
  architecture: "x86_64",
  buildOnPreview: true,
};

/** The inputs with defaults, secrets left as they are. A property that is null counts as absent. */
export function withDefaults(news: PropertyMap): PropertyMap {
  const given = Object.entries(news).filter(([, value]) => value !== null);
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}

/** Properties that an Image does not have. */
export function nameFailures(inputs: PropertyMap): CheckFailure[] {
  return Object.keys(inputs)
    .filter((name) => !(IMAGE_INPUTS as readonly string[]).includes(name))
    .map((name) => ({
      property: name,
      reason: `an Image has no property "${name}"${suggestion(name, IMAGE_INPUTS)}`,
    }));
}

/** Values of the wrong type; what is not known yet cannot be wrong. */
export function typeFailures(inputs: PropertyMap): CheckFailure[] {
  const plain = unwrapMap(inputs);
  const failures: CheckFailure[] = [];
  const refuse = (property: string, reason: string) => failures.push({ property, reason });

  const appMustBe = mustBeDirectory(plain.app);
  if (appMustBe !== null) refuse("app", appMustBe);
  libraryFailures(plain.libraries ?? null, refuse);
  optionFailures(plain.options ?? null, refuse);
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = plain[name] ?? null;
    if (value instanceof Unknown) continue;
    if (typeof value !== "string" || !(choices as readonly string[]).includes(value)) {
      const known = choices.map((choice) => `"${choice}"`).join(" or ");
      refuse(name, `must be ${known}, not ${describe(value)}`);
    }
  }
  const build = plain.buildOnPreview ?? null;
  if (typeof build !== "boolean" && !(build instanceof Unknown)) {
    refuse("buildOnPreview", `must be true or false, not ${describe(build)}`);
  }
  return failures;
}

type Refuse = (property: string, reason: string) => void;

function mustBeDirectory(app: PropertyValue | undefined): string | null {
  if (app instanceof Unknown) return null;
  if (app === undefined || app === null) {
    return 'is missing; give the path of the application\'s directory, e.g. app: "./app"';
  }
  if (typeof app === "string") {
    return app === "" ? 'must be the path of the application\'s directory, not ""' : null;
  }
  if (app instanceof Asset || app instanceof Archive) {
    if ("path" in app.source || "text" in app.source) return null;
    return "must be a FileArchive of a directory on this machine, or its path as a string";
  }
  return `must be the path of the application's directory, not ${describe(app)}`;
}

function libraryFailures(libraries: PropertyValue, refuse: Refuse): void {
  if (libraries instanceof Unknown) return;
  if (!isPropertyList(libraries)) {
    refuse("libraries", `must be a list of library names, not ${describe(libraries)}`);
    return;
  }
  for (const [index, name] of libraries.entries()) {
    if (typeof name !== "string" && !(name instanceof Unknown)) {
      refuse(`libraries[${index}]`, `must be the name of a library, not ${describe(name)}`);
    } else if (libraries.indexOf(name) < index && typeof name === "string") {
      refuse(`libraries[${index}]`, `names "${name}" a second time; remove it`);
    }
  }
}

function optionFailures(options: PropertyValue, refuse: Refuse): void {
  if (options instanceof Unknown) return;
  if (!isPropertyMap(options)) {
    refuse("options", `must be an object of Kconfig symbols, not ${describe(options)}`);
    return;
  }
  for (const [name, value] of Object.entries(options)) {
    const isFine =
      ["string", "boolean"].includes(typeof value) ||
      (typeof value === "number" && Number.isSafeInteger(value)) ||
      value instanceof Unknown;
    if (!isFine) {
      refuse(
        `options.${name}`,
        `must be a boolean, a whole number or a string, not ${describe(value)}`,
      );
    }
  }
}

function describe(value: PropertyValue): string {
  if (value === null) return "nothing";
  if (isPropertyList(value)) return "a list";
  if (typeof value === "object") return "an object";
  return JSON.stringify(value);
}

/** Whether something that enters the build is not known yet. */
export function isPlannable(inputs: PropertyMap): boolean {
  return !IMAGE_INPUTS.some(
    (name) => name !== "buildOnPreview" && containsUnknown(inputs[name] ?? null),
  );
}

/** Where the application is; a module's text is as if it were a file beside the program. */
function applicationOf(
  app: PropertyValue | undefined,
  programDirectory: string,
): Pick<ImageRequest, "app" | "text"> {
  const source = app instanceof Asset || app instanceof Archive ? app.source : undefined;
  if (source && "text" in source) {
    return { app: resolve(programDirectory, "function.js"), text: source.text };
  }
  const path = source && "path" in source ? source.path : String(app);
  return { app: isAbsolute(path) ? path : resolve(programDirectory, path) };
}

/** The request for the toolchain; only for inputs without failures and unknowns. */
export function imageRequest(inputs: PropertyMap, programDirectory: string): ImageRequest {
  const plain = unwrapMap(inputs);
  return {
    ...applicationOf(plain.app, programDirectory),
    libraries: plain.libraries as readonly string[],
    options: plain.options as Readonly<Record<string, OptionValue>>,
    optimize: plain.optimize as ImageRequest["optimize"],
    platform: plain.platform as ImageRequest["platform"],
    architecture: plain.architecture as ImageRequest["architecture"],
  };
}
