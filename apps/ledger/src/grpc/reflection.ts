import type { Server } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { descriptorFiles } from './contract';

/**
 * Serves reflection without a key, so that tools such as grpcurl need no proto files. The descriptors are
 * those of the compiler: proto-loader would merge the files of one package and lose their imports, which
 * strict readers reject.
 */
export function serveReflection(server: Server): void {
  // Reflection reads only this field of a definition.
  const all = { fileDescriptorProtos: descriptorFiles() };
  new ReflectionService({ all } as unknown as PackageDefinition).addToServer(server);
}
