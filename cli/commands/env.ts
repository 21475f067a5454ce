import { LOCAL_ENDPOINT, LOCAL_REGION, localCredentials } from '../settings.ts';

/** `tenantry env`: what `eval` needs to point any AWS client at the local cloud. */
export function env(options: { port?: string; json: boolean }): void {
  const { accessKeyId, secretAccessKey } = localCredentials();
  const variables = {
    AWS_ENDPOINT_URL: options.port ? `http://127.0.0.1:${options.port}` : LOCAL_ENDPOINT,
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    // Else boto3 and the AWS CLI ask `sync-127.0.0.1` for StartSyncExecution and TestState.
    AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
  };
  if (options.json) console.log(JSON.stringify(variables, null, 2));
  else for (const [name, value] of Object.entries(variables)) console.log(`export ${name}=${value}`);
}
