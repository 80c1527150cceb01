// Progress lines on stderr: what is being done and for how long, so that nobody wonders whether
// anything still happens.

const started = performance.now();
const reminderIntervalMs = 10_000;

export type Report = (message: string) => void;

/** One line, with the seconds since the command started. */
export function report(subject: string, message: string): void {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`[setup ${seconds.padStart(6)} s] ${subject}: ${message}\n`);
}

/** Lets work report its long parts, and says every ten seconds that the latest still goes on. */
export async function reporting<T>(
  subject: string,
  work: (onProgress: Report) => Promise<T>,
): Promise<T> {
  let current: { readonly message: string; readonly begun: number } | undefined;
  const reminder = setInterval(() => {
    if (current === undefined) return;
    const seconds = Math.round((performance.now() - current.begun) / 1000);
    report(subject, `${current.message} … ${seconds} s so far`);
  }, reminderIntervalMs);
  try {
    return await work((message) => {
      current = { message, begun: performance.now() };
      report(subject, message);
    });
  } finally {
    clearInterval(reminder);
  }
}

/** Announces a long step that consists of one part. */
export function during<T>(subject: string, message: string, work: () => Promise<T>): Promise<T> {
  return reporting(subject, (onProgress) => {
    onProgress(message);
    return work();
  });
}
