#!/usr/bin/env node
// The repository runs its TypeScript as it stands: nothing to build, nothing stale.
import { register } from 'tsx/esm/api';

register();
await import('../src/main.ts');
