/** Where the local cloud listens, unless told otherwise. */
export const LOCAL_ENDPOINT = 'http://127.0.0.1:4566';
export const LOCAL_ACCOUNT = '111111111111';
export const LOCAL_REGION = 'us-east-1';

/** What the clients of the command line are made with. */
export interface AwsSettings {
  readonly local: boolean;
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** Variables by which somebody says that they mean AWS, or another endpoint than the default. */
const AWS_VARIABLES = ['AWS_PROFILE', 'AWS_ACCESS_KEY_ID', 'AWS_ENDPOINT_URL', 'AWS_WEB_IDENTITY_TOKEN_FILE'];

/**
 * Against the local cloud by default; against whatever the usual AWS settings say as soon as one of them is set.
 */
export function awsSettings(environment: NodeJS.ProcessEnv = process.env): AwsSettings {
  const region = environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || LOCAL_REGION;
  if (AWS_VARIABLES.some((name) => environment[name]))
    return { local: Boolean(environment['AWS_ENDPOINT_URL']), region };
  return { local: true, region, endpoint: LOCAL_ENDPOINT, credentials: localCredentials() };
}

/** The local operator: an access key id of twelve digits is the administrator of that account. */
export function localCredentials(): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: LOCAL_ACCOUNT, secretAccessKey: 'local' };
}

/** Options for any AWS SDK client. */
export function clientOptions(settings: AwsSettings) {
  const { region, endpoint, credentials } = settings;
  return { region, ...(endpoint && { endpoint }), ...(credentials && { credentials }) };
}
