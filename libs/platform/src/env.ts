import 'reflect-metadata';
import {
  getMetadataStorage,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  IsUrl,
  ValidateBy,
  validateSync,
} from 'class-validator';

/** The configuration cannot be used; the message lists every fault and never a value. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(readonly faults: readonly string[]) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    super(`The configuration has ${count}:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
  }
}

/**
 * Reads a class whose properties carry class-validator decorators from environment variables. An empty
 * variable counts as absent and keeps the default; numbers and booleans are converted by the declared type.
 * Throws an `EnvironmentError` with the first fault of each variable, never with a value: it may be a secret.
 */
export function readEnvironment<T extends object>(
  shape: new () => T,
  source: NodeJS.ProcessEnv = process.env,
): Readonly<T> {
  const settings = new shape();
  const rules = getMetadataStorage().getTargetValidationMetadatas(shape, '', false, false);
  for (const { propertyName } of rules) {
    const text = source[variableName(propertyName)]?.trim();
    if (!text) continue;
    const type: unknown = Reflect.getMetadata('design:type', shape.prototype, propertyName);
    Object.assign(settings, { [propertyName]: convert(text, type) });
  }
  const options = { forbidUnknownValues: true, stopAtFirstError: true };
  const faults = validateSync(settings, options).flatMap(({ property, constraints = {} }) =>
    Object.values(constraints).map((text) => text.replaceAll(property, variableName(property))),
  );
  if (faults.length > 0) throw new EnvironmentError(faults);
  return Object.freeze(settings);
}

/** The environment variables that `readEnvironment` reads for a class. */
export function variablesOf(shape: new () => object): readonly string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(shape, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => variableName(propertyName)))];
}

/** Accepts the connection string of a PostgreSQL database. */
export function IsPostgresUrl(): PropertyDecorator {
  return IsUrl(
    { protocols: ['postgres', 'postgresql'], require_protocol: true, require_tld: false },
    { message: '$property must be like postgres://user:password@host:5432/name' },
  );
}

/** Accepts a whole number from `min` to `max`, both included. */
export function IsWholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): PropertyDecorator {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min}` : `from ${min} to ${max}`;
  return ValidateBy({
    name: 'wholeNumber',
    validator: {
      validate: (value) => Number.isSafeInteger(value) && value >= min && value <= max,
      defaultMessage: () => `$property must be a whole number ${range}`,
    },
  });
}

/** What every app is configured with. `.env.example` explains each variable. */
export class AppEnv {
  @IsPostgresUrl()
  readonly databaseUrl!: string;

  /** `host:port,host:port`, or with `kafka://` and credentials; tables in PostgreSQL when left out. */
  @IsOptional()
  @IsString()
  readonly kafkaBrokers?: string;

  /** JSON file that says which chains are watched; none when left out. */
  @IsOptional()
  @IsString()
  readonly chainsFile?: string;

  @IsString()
  readonly httpHost: string = '127.0.0.1';

  /** Open HTTP connections. A load balancer needs few; further ones are closed at once. */
  @IsWholeNumber(1)
  readonly httpConnectionsMax: number = 2_000;

  /** PEM files of the certificate (chain) and key of HTTP; without them it has no TLS. */
  @IsOptional()
  @IsString()
  readonly httpTlsCert?: string;

  @IsOptional()
  @IsString()
  readonly httpTlsKey?: string;

  /** Where `/metrics` answers without a key; nowhere if the port is 0. */
  @IsString()
  readonly metricsHost: string = '127.0.0.1';

  @IsWholeNumber(0, 65_535)
  readonly metricsPort: number = 0;

  /** Whether ports without TLS may be open to other machines. */
  @IsBoolean()
  readonly insecure: boolean = false;

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug'])
  readonly logLevel: string = 'info';

  /** The log is written to this file, which rotates; to standard output when left out. */
  @IsOptional()
  @IsString()
  readonly logFile?: string;

  /** A log file that is larger is rotated. */
  @IsWholeNumber(64 * 1024)
  readonly logFileBytes: number = 20 * 1024 * 1024;

  /** How many log files are kept, the current one included. */
  @IsWholeNumber(2, 1_000)
  readonly logFiles: number = 5;
}

/** The configured log file; undefined for standard output. */
export function logFileOf({ logFile, logFileBytes, logFiles }: AppEnv) {
  if (logFile === undefined) return undefined;
  return { path: logFile, bytesMax: logFileBytes, filesMax: logFiles };
}

/** The environment variable of a property: `databaseUrl` is `DAYBOOK_DATABASE_URL`. */
function variableName(property: string): string {
  return `DAYBOOK_${property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** A value that cannot be converted stays text, so that its validator says what would be right. */
function convert(text: string, type: unknown): unknown {
  if (type === Number && Number.isFinite(Number(text))) return Number(text);
  if (type === Boolean && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}
