export { audit, type AuditProgress } from './audit.ts';
export { auditCalls, battery, batteryPlugins, headlineIds } from './battery.ts';
export type { AuditJob, BatteryLine } from './line.ts';
export { parseRecord, type AuditRecord, type CompletedLine } from './record.ts';
export { scales, type Scale } from './scale.ts';
export { decide, rules, type Signs } from './verdict.ts';
export { atTemperature, averaged, selfScaled } from './views.ts';
export { batteryTable, scaleTable } from './tables.ts';
