/** Port mappings: tried before a launch, changed while a guest runs, and asked whether anybody answers behind them. */
import * as z from 'zod';
import { limits } from '../../limits.ts';
import { instanceIdSchema } from '../../model/ids.ts';
import { portCheckSchema, portMappingSchema, portStatusSchema } from '../../model/ports.ts';
import { look, row } from './row.ts';

const named = z.strictObject({ id: instanceIdSchema, name: portMappingSchema.shape.name });

export const portCalls = {
  /**
   * Tries to listen, for a moment, where these mappings would; one answer for each, in their order. What the instance
   * `id` itself has mapped now counts as free.
   */
  'port.check': look(
    z.strictObject({
      /** A row that is still being typed may have no name yet. */
      mappings: z.array(portMappingSchema.extend({ name: z.string().max(100) })).max(limits.portMappings),
      id: instanceIdSchema.nullable().default(null),
    }),
    z.array(portCheckSchema),
  ),
  /**
   * Adds a mapping. On a running guest it takes effect at once, and the Spec has it from then on; where the host refuses
   * it nothing is changed and the failure names who has the port. Fails with `name_taken`, `port_busy`, `not_permitted`,
   * `wrong_phase`.
   */
  'port.add': row(z.strictObject({ id: instanceIdSchema, mapping: portMappingSchema }), portStatusSchema),
  /** Puts `mapping` in the place of the one called `name`. Where that fails the old one is there as before. */
  'port.change': row(named.extend({ mapping: portMappingSchema }), portStatusSchema),
  /** Closes it. What it was is the answer, for whoever wants it back. */
  'port.remove': row(named, portMappingSchema),
  /**
   * Connects once to each TCP mapping of a running guest and tells what answers. `speak`: a line that stays silent is
   * sent `HEAD /`, which a web server answers; otherwise only those that look like one are.
   */
  'port.probe': row(
    z.strictObject({
      id: instanceIdSchema,
      names: z.array(z.string()).nullable().default(null),
      speak: z.boolean().default(false),
    }),
    z.array(portStatusSchema),
  ),
} as const;
