/** Resource attributes that are metadata: what ran where. Everything else a resource says is content. */
export const RESOURCE_METADATA = {
  names: [
    'tollgate.principal',
    'process.pid',
    'process.runtime.name',
    'process.runtime.version',
    'host.name',
    'host.arch',
    'host.id',
    'os.type',
    'deployment.environment',
    'deployment.environment.name',
    'container.id',
  ],
  prefixes: ['service.', 'telemetry.', 'cloud.', 'k8s.'],
} as const;
