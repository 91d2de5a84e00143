import type { Notices } from '../../ports/notices.ts';
import type { Telemetry } from '../../ports/telemetry.ts';

/** Notices as lines of the log. Never rejects, as telemetry does not. */
export function createTelemetryNotices(telemetry: Telemetry): Notices {
  return {
    async publish({ spent, limit, soft, ...rest }) {
      telemetry.emit({ type: 'alert', ...rest, spentNano: spent, limitNano: limit, softNano: soft });
    },
  };
}
