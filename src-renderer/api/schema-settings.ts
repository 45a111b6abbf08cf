/**
 * Imported before anything that makes a schema: zod otherwise compiles parsers with `new Function`, which the content
 * security policy refuses (and reports).
 */
import * as z from 'zod';

z.config({ jitless: true });
