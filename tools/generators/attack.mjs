import { pluginGenerator } from './plugin.mjs';

export default pluginGenerator('attack');
