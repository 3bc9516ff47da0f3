import { LabError } from '@entropic-lab/protocol';
import { chooseDevices, deviceChoice, deviceTitle } from './device.ts';
import { findDevices } from './find-devices.ts';

/** Prints the devices that a choice (`auto`, `all`, or ids with commas) means here, as one line of JSON. */
const choice = process.argv[2] ?? 'auto';
try {
  if (!deviceChoice.test(choice)) throw new LabError('INVALID_INPUT', `[worker] expected auto, all, cpu or gpu:<number> (several with commas), got ${JSON.stringify(choice)} (devices).`);
  console.log(JSON.stringify(chooseDevices(choice, await findDevices()).map((device) => ({ id: device.id, title: deviceTitle(device) }))));
} catch (error) {
  console.log(JSON.stringify({ error: LabError.from(error).toJSON() }));
}
