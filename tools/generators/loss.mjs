import { pluginGenerator } from './plugin.mjs';

export default pluginGenerator('loss');
