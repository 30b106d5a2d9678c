import { Option } from 'commander';

export const dataOption = (): Option =>
  new Option('--data <folder>', 'the gateway’s data directory').env('GATEWAY_DATA_DIR').default('.data');
