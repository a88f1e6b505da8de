import { readFileSync } from 'node:fs';
import {
  builtinGeoTable,
  type GeoTable,
  type LatencyModel,
  modelledLatency,
  parseGeoTable,
  parseLatencyMatrix,
} from '@isochrone/routing';
import { LocalError } from './errors.ts';

/** @throws RoutingError ROUTING_PROBLEMS; LocalError LOCAL_FILE_UNREADABLE */
export const readGeoTable = (file: string | undefined): GeoTable =>
  file === undefined ? builtinGeoTable : parseGeoTable(textOf(file, '--geo'), file);

/** @throws RoutingError ROUTING_PROBLEMS; LocalError LOCAL_FILE_UNREADABLE */
export const readLatencies = (file: string | undefined): LatencyModel =>
  file === undefined ? modelledLatency : parseLatencyMatrix(textOf(file, '--latency'), file);

function textOf(file: string, flag: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new LocalError('LOCAL_FILE_UNREADABLE', `cannot read ${file}: ${reason}`, {
      hint: `name an existing file with ${flag}`,
      cause: error,
    });
  }
}
