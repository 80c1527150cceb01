// What libvirt says when it fails; only the codes that are acted upon have names.

export const ErrorCode = {
  systemError: 38,
  noDomain: 42,
  noNetwork: 43,
  noStoragePool: 49,
  noStorageVolume: 50,
  operationInvalid: 55,
  noDomainMetadata: 80,
  storageVolumeExists: 90,
} as const;

export class LibvirtError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = "LibvirtError";
    this.code = code;
  }
}

/** The answer, or `instead` where libvirt says that there is no such thing. */
export async function unless<Answer, Instead>(
  code: number,
  answer: Promise<Answer>,
  instead: Instead,
): Promise<Answer | Instead> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof LibvirtError && error.code === code) return instead;
    throw error;
  }
}

const ATTEMPTS = 5;

/**
 * The answer to something that changes nothing when it fails, asked for again when the host's
 * kernel was only interrupted: it refuses the program that guards a domain's devices while the
 * daemon has a signal waiting, as happens when several domains start at once.
 */
export async function unlessInterrupted<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === ATTEMPTS || !isInterruption(error)) throw error;
    }
  }
}

function isInterruption(error: unknown): boolean {
  return (
    error instanceof LibvirtError &&
    error.code === ErrorCode.systemError &&
    error.message.includes("BPF")
  );
}
