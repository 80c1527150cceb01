// Finds symbols by name. Names, quoted constants and choices are three separate spaces, and
// y, m and n are always the three built-in constants.
import { KSymbol, MODULE, type Tristate, ValueType, YES } from "./model.ts";

const BUCKETS = 9973;

export class SymbolTable {
  /** Every symbol by index, the three constants first. */
  readonly all: KSymbol[] = [];
  readonly names = new Map<string, KSymbol>();
  private readonly constants = new Map<string, KSymbol>();
  private readonly choices = new Map<string, KSymbol>();
  readonly no = this.addTristate("n");
  readonly module = this.addTristate("m");
  readonly yes = this.addTristate("y");

  /** A name as it stands in `depends on NAME`; created when it is new. */
  reference(name: string): KSymbol {
    const known = this.names.get(name);
    if (known !== undefined) return known;
    const builtIn = this.builtIn(name);
    if (builtIn !== null) return builtIn;
    return this.add(name, this.names, false, false);
  }

  /** A name that the caller does not want to create. */
  find(name: string): KSymbol | undefined {
    return this.names.get(name) ?? this.builtIn(name) ?? this.choices.get(name);
  }

  /** Text in quotes. */
  constant(text: string): KSymbol {
    return (
      this.constants.get(text) ?? this.builtIn(text) ?? this.add(text, this.constants, true, false)
    );
  }

  /** A choice; one with a name may be continued elsewhere in the tree. */
  choice(name: string | null): KSymbol {
    if (name === null) return this.create(null, false, true);
    return this.choices.get(name) ?? this.add(name, this.choices, false, true);
  }

  constantOf(value: Tristate): KSymbol {
    return value === YES ? this.yes : value === MODULE ? this.module : this.no;
  }

  /**
   * Symbols in the order in which the kernel's conf walks its hash table. Random configurations
   * and generated headers follow it, so it is part of being identical.
   */
  inHashOrder(): KSymbol[] {
    const keyed = this.all
      .slice(3)
      .map((symbol) => ({ symbol, bucket: symbol.name === null ? 0 : bucketOf(symbol.name) }));
    keyed.sort((a, b) => a.bucket - b.bucket || b.symbol.index - a.symbol.index);
    return keyed.map((entry) => entry.symbol);
  }

  private builtIn(name: string): KSymbol | null {
    if (name.length !== 1) return null;
    return name === "y" ? this.yes : name === "m" ? this.module : name === "n" ? this.no : null;
  }

  private addTristate(name: string): KSymbol {
    const symbol = this.create(name, true, false);
    symbol.type = ValueType.Tristate;
    return symbol;
  }

  private add(
    name: string,
    space: Map<string, KSymbol>,
    isConstant: boolean,
    isChoice: boolean,
  ): KSymbol {
    const symbol = this.create(name, isConstant, isChoice);
    space.set(name, symbol);
    return symbol;
  }

  private create(name: string | null, isConstant: boolean, isChoice: boolean): KSymbol {
    const symbol = new KSymbol(this.all.length, name, isConstant, isChoice);
    this.all.push(symbol);
    return symbol;
  }
}

/** 32-bit FNV (the multiply-last kind), modulo the size of conf's table. */
function bucketOf(name: string): number {
  let hash = 2166136261;
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code > 127) return bucketOfBytes(Buffer.from(name));
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  return (hash >>> 0) % BUCKETS;
}

/** conf reads signed characters, so bytes above 127 flip the high bits as well. */
function bucketOfBytes(bytes: Buffer): number {
  let hash = 2166136261;
  for (const byte of bytes) hash = Math.imul(hash ^ ((byte << 24) >> 24), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
