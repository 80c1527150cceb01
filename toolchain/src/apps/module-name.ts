// How an application that is a module in TypeScript or JavaScript is told from other files.

const extension = /\.([mc]?[tj]s|[tj]sx)$/;

export function isModuleName(path: string): boolean {
  return extension.test(path);
}
