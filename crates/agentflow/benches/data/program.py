"""What the benchmark `data` asks of SQLAlchemy, asyncpg and Alembic, as their documentation has it: a session for each unit of
work, the tenant set when its transaction begins, models with typed columns."""

import asyncio
import os
import random
import sys
import tempfile
import time
import uuid

DIMENSIONS = 1536


def asynchronous(url):
    return url.replace("postgresql://", "postgresql+asyncpg://").replace("postgres://", "postgresql+asyncpg://")


async def data(url, tenant):
    from pgvector.sqlalchemy import Vector
    from sqlalchemy import event, select, text
    from sqlalchemy.dialects.postgresql import JSONB
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

    class Base(DeclarativeBase):
        pass

    class Workspace(Base):
        __tablename__ = "workspaces"
        tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
        id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
        name: Mapped[str]
        description: Mapped[str | None]
        region: Mapped[str]
        settings: Mapped[dict] = mapped_column("metadata", JSONB)

    class Memory(Base):
        __tablename__ = "memories"
        tenant_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
        id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
        embedding: Mapped[list[float]] = mapped_column(Vector(DIMENSIONS))

    engine = create_async_engine(asynchronous(url), pool_size=1, max_overflow=0)
    sessions = async_sessionmaker(engine, expire_on_commit=False)

    @event.listens_for(Session, "after_begin")
    def enter(_session, _transaction, connection):
        connection.execute(text("SET LOCAL ROLE af_app"))
        connection.execute(text("SELECT enter_tenant(:tenant)"), {"tenant": tenant})

    keys = []

    async def insert(count):
        keys[:] = [uuid.uuid4() for _ in range(count)]
        for key in keys:
            async with sessions.begin() as session:
                session.add(Workspace(tenant_id=tenant, id=key, name=str(key), region="us-east-1", settings={}))

    async def read(_count):
        for key in keys:
            async with sessions.begin() as session:
                found = await session.get(Workspace, (tenant, key))
                assert found is not None

    async def update(_count):
        from sqlalchemy import update

        for key in keys:
            async with sessions.begin() as session:
                change = update(Workspace).where(Workspace.tenant_id == tenant, Workspace.id == key)
                await session.execute(change.values(description=str(key)))

    async def remove(_count):
        from sqlalchemy import delete

        for key in keys:
            async with sessions.begin() as session:
                await session.execute(delete(Workspace).where(Workspace.tenant_id == tenant, Workspace.id == key))

    async def search(_count):
        query = [random.random() - 0.5 for _ in range(DIMENSIONS)]
        async with sessions.begin() as session:
            nearest = select(Memory.id).where(Memory.tenant_id == tenant)
            nearest = nearest.order_by(Memory.embedding.cosine_distance(query)).limit(10)
            assert len((await session.scalars(nearest)).all()) == 10

    work = {"0": insert, "1": read, "2": update, "3": remove, "search": search}
    for line in sys.stdin:
        name, count = line.split()
        began = time.perf_counter()
        await work[name](int(count))
        print(time.perf_counter() - began, flush=True)


REVISION = '''
from pathlib import Path
from alembic import op
revision = {revision!r}
down_revision = {before!r}

def upgrade():
    op.get_bind().exec_driver_sql(Path({path!r}).read_text(encoding="utf-8").replace("%", "%%"))
'''

ENVIRONMENT = '''
from alembic import context
from sqlalchemy import create_engine

engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
'''


def migrate(url, scripts):
    from alembic import command
    from alembic.config import Config

    with tempfile.TemporaryDirectory() as folder:
        versions = os.path.join(folder, "versions")
        os.mkdir(versions)
        with open(os.path.join(folder, "env.py"), "w", encoding="utf-8") as file:
            file.write(ENVIRONMENT)
        before = None
        for name in sorted(os.listdir(scripts)):
            revision = name.split("_")[0]
            with open(os.path.join(versions, revision + ".py"), "w", encoding="utf-8") as file:
                file.write(REVISION.format(revision=revision, before=before, path=os.path.join(scripts, name)))
            before = revision
        config = Config()
        config.set_main_option("script_location", folder)
        config.set_main_option("sqlalchemy.url", url.replace("postgres://", "postgresql+psycopg://").replace("postgresql://", "postgresql+psycopg://"))
        began = time.perf_counter()
        command.upgrade(config, "head")
        print(time.perf_counter() - began)


if sys.argv[1] == "data":
    asyncio.run(data(sys.argv[2], uuid.UUID(sys.argv[3])))
else:
    migrate(sys.argv[2], sys.argv[3])
