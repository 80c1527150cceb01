// The contract of the configuration engine: a tree is parsed once, requests are resolved
// against it, and every value can say why it is what it is.
import type { Problem, SourceLocation } from "../problems.ts";
import type { KconfigModel } from "./load.ts";

export type SymbolType = "bool" | "tristate" | "string" | "int" | "hex";

/** A value that somebody asks for. */
export interface Request {
  readonly symbol: string;
  /** As in a .config file, without quotes: "y", "n", "m", "123", "0x10", "text". */
  readonly value: string;
  /** Who asks: the property path that a problem names, e.g. `options.LWIP_TCP_WND`. */
  readonly path: string;
}

/** One step of a chain that ends in a symbol's value. */
export interface Reason {
  readonly kind:
    | "requested"
    | "selected"
    | "implied"
    | "default"
    | "choice"
    | "blocked"
    | "excluded";
  readonly symbol: string;
  /**
   * What selected it, for kind "selected" and "implied"; the failing expression for "blocked"; the
   * choice's other value for "excluded".
   */
  readonly by?: string;
  /** For "blocked" and "excluded": the symbols whose values make it so. */
  readonly causes?: readonly string[];
  readonly location?: SourceLocation;
}

export interface Configuration {
  /** Every symbol with a value that would be written to .config, sorted by name. */
  readonly values: ReadonlyMap<string, string>;
  /** Requests that could not be granted: unknown symbol (with the nearest name), a dependency
   * that is off (which one), a value outside its range or type; and what is unmet. */
  readonly problems: readonly Problem[];
  /** Symbols that are selected although their own dependencies are off, with the place. */
  readonly unmet: readonly Problem[];
  /** The shortest chain why a symbol is on, from the request to the symbol; or each statement that
   * keeps it off; empty when it is off because nobody asks for it. */
  explain(symbol: string): readonly Reason[];
  /** Every select and imply that is in force for a symbol; explain() follows the shortest. */
  holders(symbol: string): readonly Reason[];
}

export interface SymbolInfo {
  readonly name: string;
  readonly type: SymbolType;
  readonly prompt?: string;
  readonly help?: string;
  /** Where it is first defined; the file is relative to the tree's root. */
  readonly location: SourceLocation;
}

export interface ParseOptions {
  /** What `source` statements and messages are relative to. Default: the root file's directory. */
  readonly root?: string;
  /** $(NAME) for names that are not macros. Default: nothing, so that no environment leaks in. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Lets $(shell,…) and its kin run commands, with `environment` and in the root's directory.
   * Default: false; a tree may come from anybody. A tree that reaches such a call is then refused,
   * with its place and the command: any value we made up could configure the wrong thing.
   */
  readonly allowShell?: boolean;
}

export interface KconfigTree {
  readonly symbols: ReadonlyMap<string, SymbolInfo>;
  /** Every file that was read, in order, relative to the root: inputs of the configuration. */
  readonly files: readonly string[];
  /** What is odd in the tree but does not stop it. */
  readonly warnings: readonly Problem[];
  /** What $(info,…) printed. */
  readonly messages: readonly string[];
  /** The whole tree, for .config files, generated configurations and menuconfig. */
  readonly model: KconfigModel;
  resolve(requests: readonly Request[]): Configuration;
}
