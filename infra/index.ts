/** Public entry of `tenantry/infra`: the construct for somebody else's CDK app. */
export { Tenantry, type TenantryProps } from './tenantry.ts';
