// An application's unikernel.json as settings of the libraries' tree, and back, for menuconfig.
import type { Application } from "../apps/application.ts";
import { isDefault } from "../kconfig/defconfig.ts";
import type { KconfigModel } from "../kconfig/index.ts";
import { evaluate, type Rules, type Settings, whyNot } from "../kconfig/menuconfig/session.ts";
import { type KSymbol, NO, ValueType } from "../kconfig/model.ts";
import { librarySymbol } from "../libraries/library.ts";
import type { LibraryRegistry } from "../libraries/registry.ts";
import { type Problem, ProblemsError } from "../problems.ts";
import { choiceSymbol, resolveRequest } from "../resolve.ts";
import type { ImageRequest, OptionValue } from "../types.ts";
import type { Description } from "./description.ts";
import { optimizeProfiles, platforms } from "./request.ts";

export interface ApplicationSettings {
  readonly model: KconfigModel;
  readonly rules: Rules;
  /** What the file and the application ask for. */
  readonly settings: Settings;
  /** Names of all libraries. */
  readonly libraries: readonly string[];
  /** What the file holds. */
  readonly description: Description;
  /** What a build would refuse, but can be mended by other settings. */
  readonly unmet: readonly Problem[];
}

/** Throws a ProblemsError when the file asks for what there is not. */
export function applicationSettings(
  request: ImageRequest,
  description: Description,
  application: Application,
  registry: LibraryRegistry,
): ApplicationSettings {
  const { tree, requests, configuration, problems } = resolveRequest(
    request,
    application,
    registry,
  );
  const { unmet } = configuration;
  const wrong = problems.filter((problem) => !unmet.includes(problem));
  if (wrong.length > 0) throw new ProblemsError(wrong);
  const fixed = requests.filter(({ path }) => path === "app").map(({ symbol }) => symbol);
  return {
    model: tree.model,
    rules: {
      fixed: new Map(fixed.map((symbol) => [symbol, "needed by the application"])),
      declarable: new Set(registry.names().map(librarySymbol)),
    },
    settings: new Map(requests.map(({ symbol, value }) => [symbol, value])),
    libraries: registry.names(),
    description,
    unmet,
  };
}

export interface Saved {
  readonly description: Description;
  /** What was asked for and is no longer possible: symbols with the reason. */
  readonly left: readonly string[];
}

/**
 * What the file has to hold for these settings. What nobody touched stays as it is written; of the
 * rest only what differs from the defaults.
 */
export function describeSettings(before: ApplicationSettings, settings: Settings): Saved {
  return new Describing(before, settings).describe();
}

/** The tree's root knows these as choices, the file as fields. */
const fieldSymbols = new Set([
  ...optimizeProfiles.map((value) => choiceSymbol("optimize", value)),
  ...platforms.map((value) => choiceSymbol("platform", value)),
  choiceSymbol("architecture", "x86_64"),
]);

class Describing {
  private readonly before: ApplicationSettings;
  private readonly settings: Settings;
  private readonly evaluation: ReturnType<typeof evaluate>;
  private readonly librarySymbols: ReadonlySet<string>;
  private readonly left: string[] = [];

  constructor(before: ApplicationSettings, settings: Settings) {
    this.before = before;
    this.settings = settings;
    this.evaluation = evaluate(before.model, settings);
    this.librarySymbols = new Set(before.libraries.map(librarySymbol));
  }

  describe(): Saved {
    const { description } = this.before;
    return {
      description: {
        libraries: this.declared(),
        options: this.options(),
        optimize: this.field("optimize", optimizeProfiles, description.optimize),
        platform: this.field("platform", platforms, description.platform),
      },
      left: this.left,
    };
  }

  private declared(): string[] {
    const { description, libraries, rules, settings } = this.before;
    const isWanted = (name: string): boolean => this.settings.get(librarySymbol(name)) === "y";
    const isNew = (name: string): boolean =>
      settings.get(librarySymbol(name)) !== "y" && !rules.fixed.has(librarySymbol(name));
    const wanted = [
      ...description.libraries.filter(isWanted),
      ...libraries.filter((name) => isWanted(name) && isNew(name)),
    ];
    return wanted.filter((name) => this.isGranted(librarySymbol(name)));
  }

  private options(): Record<string, OptionValue> {
    const written = this.before.description.options;
    const options: Record<string, OptionValue> = {};
    for (const [name, value] of Object.entries(written)) {
      if (this.isTouched(name)) this.addOption(options, name);
      else if (this.isGranted(name)) options[name] = value;
    }
    for (const name of this.before.model.symbols.names.keys()) {
      if (!Object.hasOwn(written, name) && this.isTouched(name)) this.addOption(options, name);
    }
    return options;
  }

  private isTouched(name: string): boolean {
    return this.settings.get(name) !== this.before.settings.get(name);
  }

  private addOption(options: Record<string, OptionValue>, name: string): void {
    const symbol = this.symbol(name);
    const value = this.settings.get(name) ?? "";
    const isDeclared = value === "y" && this.librarySymbols.has(name);
    // Of a choice's values the one that is on says it all.
    const isOther = value === "n" && symbol.choice !== null;
    if (fieldSymbols.has(name) || isDeclared || isOther) return;
    if (this.isGranted(name) && !isDefault(this.evaluation, symbol)) {
      options[name] = optionValue(symbol, value);
    }
  }

  /** Whether the symbol has the value that it is asked to have; if not, that is remembered. */
  private isGranted(name: string): boolean {
    const symbol = this.symbol(name);
    const wanted = this.settings.get(name) ?? "";
    const { visibility } = this.evaluation.computed(symbol);
    const isSettable = symbol.isBoolean || visibility !== NO;
    if (isSettable && this.evaluation.text(symbol) === wanted) return true;
    this.left.push(`${name}=${wanted} (${whyNot(this.evaluation, this.before.rules, symbol)})`);
    return false;
  }

  /** The value of a field; as it was written, or absent when it is the default, if untouched. */
  private field<Value extends string>(
    kind: "optimize" | "platform",
    values: readonly [Value, ...Value[]],
    written: string | undefined,
  ): string | undefined {
    const chosen = values.find(
      (value) => this.evaluation.text(this.symbol(choiceSymbol(kind, value))) === "y",
    );
    if (chosen === (written ?? values[0])) return written;
    return chosen === values[0] ? undefined : chosen;
  }

  private symbol(name: string): KSymbol {
    const symbol = this.before.model.symbols.names.get(name);
    if (symbol === undefined) throw new Error(`there is no option ${name}`);
    return symbol;
  }
}

function optionValue(symbol: KSymbol, value: string): OptionValue {
  if (symbol.type === ValueType.Bool) return value === "y";
  const number = Number(value);
  const isPlain = symbol.type === ValueType.Int && Number.isSafeInteger(number);
  return isPlain && String(number) === value ? number : value;
}
