// Which account is spoken to, and where. What is not given comes from where Amazon's own tools look
// for it: environment, shared configuration, the machine's role.

/** How long and how often something is tried. */
export interface Patience {
  readonly connectionTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly attempts: number;
}

const patienceWithAmazon: Patience = {
  connectionTimeoutMs: 10_000,
  answerTimeoutMs: 60_000,
  attempts: 10,
};

export interface AwsAccount {
  readonly region?: string;
  readonly profile?: string;
  /** Instead of Amazon's own addresses, e.g. of a private endpoint. */
  readonly endpoint?: string;
  readonly assumeRole?: {
    readonly roleArn: string;
    readonly sessionName?: string;
    readonly externalId?: string;
  };
}

/** For the clients of the AWS SDK. */
export async function clientSettings(account: AwsAccount, patience = patienceWithAmazon) {
  const { fromNodeProviderChain, fromTemporaryCredentials } = await import(
    "@aws-sdk/credential-providers"
  );
  const { region, profile, endpoint, assumeRole } = account;
  const own = fromNodeProviderChain(profile === undefined ? {} : { profile });
  const credentials =
    assumeRole === undefined
      ? own
      : fromTemporaryCredentials({
          masterCredentials: own,
          params: {
            RoleArn: assumeRole.roleArn,
            RoleSessionName: assumeRole.sessionName ?? "pulumi-unikernel",
            ...(assumeRole.externalId === undefined ? {} : { ExternalId: assumeRole.externalId }),
          },
          ...(region === undefined ? {} : { clientConfig: { region } }),
        });
  return {
    credentials,
    // Throttling and faults of the other side are tried again, later and later.
    maxAttempts: patience.attempts,
    requestHandler: {
      connectionTimeout: patience.connectionTimeoutMs,
      requestTimeout: patience.answerTimeoutMs,
      throwOnRequestTimeout: true,
    },
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}
