// What libvirt says when it fails; only the codes that are acted upon have names.

export const ErrorCode = {
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
