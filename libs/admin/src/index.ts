export * from './admin.module.js';
export { AFTER_ORGANIZATION_CHANGE, type AfterOrganizationChange } from './answers.js';
export * from './problems.js';
