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

/** Announces a long step and says every ten seconds that it still goes on. */
export async function during<T>(
  subject: string,
  message: string,
  work: () => Promise<T>,
): Promise<T> {
  report(subject, message);
  const begun = performance.now();
  const reminder = setInterval(() => {
    const seconds = Math.round((performance.now() - begun) / 1000);
    report(subject, `${message} … ${seconds} s so far`);
  }, reminderIntervalMs);
  try {
    return await work();
  } finally {
    clearInterval(reminder);
  }
}
