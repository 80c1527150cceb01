// Reads a tree completely: parse, finalize, check.
import { checkTree } from "./check.ts";
import { finalizeTree } from "./finalize.ts";
import { type ParsedTree, Parser } from "./parser.ts";
import type { ParseOptions } from "./types.ts";

/** A tree that can be evaluated. */
export type KconfigModel = ParsedTree;

/** Throws a ProblemsError with everything that is wrong with the tree. */
export function loadModel(rootFile: string, options: ParseOptions = {}): KconfigModel {
  const tree = new Parser(rootFile, options).parse();
  finalizeTree(tree);
  checkTree(tree);
  return tree;
}
