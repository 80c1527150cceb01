// What is wrong with a symbol that is selected although its own dependencies are off.
import type { Problem } from "../problems.ts";
import { blockersOf } from "./blockers.ts";
import type { Evaluation } from "./evaluate.ts";
import { Explainer } from "./explain.ts";
import { format } from "./expression.ts";
import type { KSymbol } from "./model.ts";

/** Where it is selected; the path is left to who knows what was asked. */
export function unmetProblem(evaluation: Evaluation, symbol: KSymbol): Problem {
  const explainer = new Explainer(evaluation, new Set());
  const selectors = explainer.selectors(symbol);
  const by = selectors.map(({ selector }) => selector.displayName).join(", ");
  const parts = blockersOf(evaluation, symbol).map(({ text }) => text);
  const part = parts.length > 0 ? parts.join(" && ") : format(symbol.directDependency);
  const message = `${symbol.displayName} is selected by ${by}, but depends on ${part}, which is off`;
  const location = selectors[0]?.property.location;
  return { path: "", message, ...(location === undefined ? {} : { location }) };
}
