import type { ObjectShape, Shape } from './shapes';

/**
 * The parts of a schema that no message covers: a member of an enum, an alternative, a case, an optional
 * property both present and absent. A definition (`$defs`) needs coverage at one of its places only.
 */
export function unshown(shapes: readonly Shape[], messages: readonly unknown[]): readonly string[] {
  const shown = new Shown();
  for (const message of messages) shown.look(shapes, message);
  const found: string[] = [];
  const visited = new Set<Shape>();
  const visit = (alternatives: readonly Shape[], path: string) => {
    for (const shape of alternatives) {
      if (visited.has(shape)) continue;
      visited.add(shape);
      if (!shown.shapes.has(shape)) found.push(`${path || '/'}: ${name(shape)}`);
      if (shape.kind === 'array') visit(shape.items, `${path}/*`);
      if (shape.kind === 'object') visitObject(shape, path);
    }
  };
  const visitObject = (shape: ObjectShape, path: string) => {
    for (const [property, of] of shape.properties) {
      visit(of, `${path}/${property}`);
      if (shape.required.includes(property)) continue;
      if (!shown.missing(shape).has(property)) found.push(`${path}/${property}: left out`);
    }
    if (shape.free && shape.rest) visit(shape.rest, `${path}/*`);
    for (const [value, properties] of shape.cases?.of ?? []) {
      const place = `${path}[${String(value)}]`;
      if (!shown.cases(shape).has(value)) found.push(place);
      for (const [property, of] of properties) visit(of, `${place}/${property}`);
    }
  };
  visit(shapes, '');
  return found;
}

function name(shape: Shape): string {
  return shape.kind === 'constant' ? JSON.stringify(shape.value) : `a value of type ${shape.kind}`;
}

class Shown {
  readonly shapes = new Set<Shape>();
  private readonly leftOut = new Map<Shape, Set<string>>();
  private readonly casesOf = new Map<Shape, Set<unknown>>();

  missing(shape: Shape): Set<string> {
    return entry(this.leftOut, shape);
  }

  cases(shape: Shape): Set<unknown> {
    return entry(this.casesOf, shape);
  }

  look(alternatives: readonly Shape[], value: unknown): void {
    for (const shape of alternatives) {
      if (!matches(shape, value)) continue;
      this.shapes.add(shape);
      if (shape.kind === 'array')
        for (const item of value as unknown[]) this.look(shape.items, item);
      if (shape.kind === 'object') this.lookInto(shape, value as Record<string, unknown>);
    }
  }

  private lookInto(shape: ObjectShape, value: Readonly<Record<string, unknown>>): void {
    const { cases } = shape;
    const told = (cases && value[cases.by]) as string | undefined;
    const special = (told === undefined ? undefined : cases?.of.get(told)) ?? new Map();
    if (told !== undefined) this.cases(shape).add(told);
    for (const [property, of] of [...shape.properties, ...special]) {
      if (property in value) this.look(of, value[property]);
      else this.missing(shape).add(property);
    }
    if (!shape.free || !shape.rest) return;
    for (const [property, held] of Object.entries(value)) {
      if (!shape.properties.has(property)) this.look(shape.rest, held);
    }
  }
}

function entry<T>(map: Map<Shape, Set<T>>, shape: Shape): Set<T> {
  const found = map.get(shape) ?? new Set<T>();
  map.set(shape, found);
  return found;
}

/** Whether a value of a valid message has this shape. */
function matches(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case 'any':
      return true;
    case 'constant':
      return value === shape.value;
    case 'array':
      return Array.isArray(value);
    case 'object': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const held = value as Readonly<Record<string, unknown>>;
      return shape.required.every((name) => {
        const of = shape.properties.get(name);
        return name in held && (of?.some((one) => matches(one, held[name])) ?? true);
      });
    }
    default:
      return typeof value === shape.kind;
  }
}
