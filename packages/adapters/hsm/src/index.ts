export { openHsm, type HsmSettings } from './open-hsm.ts';
