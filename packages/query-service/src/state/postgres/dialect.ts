import {
  type AbortableOperationOptions,
  type ColumnDefinitionNode,
  type CompiledQuery,
  type DatabaseConnection,
  DataTypeNode,
  type Dialect,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type { Pool } from 'pg';
import { asOurs } from './errors.ts';

/** kysely over PostgreSQL, for the migrations and queries that SQLite has as well. */
export function postgresDialect(pool: Pool): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new Driver({ pool }),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new Compiler(),
  };
}

/** What it throws is of the catalogue where users can do something about it. */
class Driver extends PostgresDriver {
  readonly #wrapped = new WeakSet<DatabaseConnection>();

  override async acquireConnection(
    options?: Parameters<PostgresDriver['acquireConnection']>[0],
  ): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection(options).catch(asOurs);
    if (this.#wrapped.has(connection)) return connection;
    this.#wrapped.add(connection);
    const execute: DatabaseConnection['executeQuery'] = connection.executeQuery.bind(connection);
    connection.executeQuery = <R>(query: CompiledQuery, options?: AbortableOperationOptions) =>
      execute<R>(query, options).catch(asOurs);
    return connection;
  }
}

/**
 * Columns as SQLite has them: text in the order of its bytes, which cursors and times rest on, whatever the database's own
 * order is; and numbers that count by themselves.
 */
class Compiler extends PostgresQueryCompiler {
  protected override visitColumnDefinition(node: ColumnDefinitionNode): void {
    super.visitColumnDefinition(asPostgres(node));
  }

  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    if (node.dataType === 'text' && this.parentNode?.kind === 'ColumnDefinitionNode')
      this.append(' collate "C"');
  }
}

function asPostgres(node: ColumnDefinitionNode): ColumnDefinitionNode {
  if (node.autoIncrement !== true) return node;
  return { ...node, autoIncrement: false, dataType: DataTypeNode.create('bigserial') };
}
