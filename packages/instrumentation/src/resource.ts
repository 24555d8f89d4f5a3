import { hostname } from 'node:os';
import type { Attributes } from '@opentelemetry/api';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';

/**
 * Who emits: OpenTelemetry's defaults, this process, OTEL_RESOURCE_ATTRIBUTES, then the application's own attributes.
 * Give the application's `service.instance.id`, if it has one, so that reports of one model call are seen to share a process.
 */
export function resourceOf(workflow: string, own: Attributes = {}): Resource {
  return defaultResource()
    .merge(
      resourceFromAttributes({
        'service.name': workflow,
        'host.name': hostname(),
        'process.pid': process.pid,
      }),
    )
    .merge(detectResources({ detectors: [envDetector] }))
    .merge(resourceFromAttributes(own));
}
