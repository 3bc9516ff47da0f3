/**
 * Version of the contract between plugins and the lab. It grows when a plugin made for an older one no longer works;
 * `defineAttack` and `defineLoss` stamp it on what they make.
 */
export const CONTRACT_VERSION = 1;
