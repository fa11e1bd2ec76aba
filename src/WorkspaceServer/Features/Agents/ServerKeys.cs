using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using WorkspaceServer.Control;
using WorkspaceServer.Features.Audit;
using WorkspaceServer.Protocol;
using WorkspaceServer.Vault.Keys;

namespace WorkspaceServer.Features.Agents;

/// <summary>The keys by which agents know this server, and with which it signs their tokens. Made when first needed, sealed in the control database.</summary>
/// <remarks>
/// They are read again when the change counter moves, so a rollover by a verb is felt at once. A retired identity goes on answering those who
/// name it, for <see cref="RetiredFor"/>; a retired key of tokens does not, for tokens live 15 minutes and are simply asked for anew.
/// </remarks>
internal sealed class ServerKeys(ServerKeyStore store, AuditLog audit, MasterKey master, ChangeCounter changes, TimeProvider clock) : IDisposable
{
    public static readonly TimeSpan RetiredFor = TimeSpan.FromDays(366);

    private const string Identity = "identity";
    private const string Tokens = "tokens";
    private const string SealPurpose = "server-key";

    private readonly SealingKey seal = new(master, SealPurpose);
    private readonly Lock gate = new();
    private readonly List<IDisposable> opened = [];
    private (long Revision, KeySet Keys)? known;

    /// <summary>Seals every key under a master key that takes the place of the present one; to agents the server stays who it is.</summary>
    public static void Reseal(ControlConnection connection, MasterKey from, MasterKey to)
    {
        using var before = new SealingKey(from, SealPurpose);
        using var after = new SealingKey(to, SealPurpose);
        foreach (var row in ServerKeyStore.List(connection, DateTimeOffset.UnixEpoch))
        {
            ServerKeyStore.Replace(connection, row.Id, before.Reseal(row.Sealed, Owner(row.Id), after));
        }
    }

    /// <summary>The identity in use: base64url.</summary>
    public string PublicKey => Current().Identities[0].PublicKey;

    /// <summary>Signs and verifies agents' tokens.</summary>
    public ECDsaSecurityKey TokenKey => Current().Tokens;

    public byte[] Sign(byte[] bytes) => Current().Identities[0].Key.Sign(bytes);

    /// <summary>Signs with the identity that an agent keeps, if it is or was one of ours.</summary>
    /// <param name="publicKey">base64url.</param>
    /// <param name="rollover">The identity in use, signed by that one, if it is another.</param>
    public bool TrySign(string publicKey, byte[] bytes, [NotNullWhen(true)] out byte[]? signature, out Rollover? rollover)
    {
        var keys = Current().Identities;
        (signature, rollover) = (null, null);
        if (keys.FirstOrDefault(each => each.PublicKey == publicKey) is not { Key: not null } kept)
        {
            return false;
        }

        signature = kept.Key.Sign(bytes);
        rollover = kept.PublicKey == keys[0].PublicKey
            ? null
            : new Rollover(keys[0].PublicKey, Base64Url.EncodeToString(kept.Key.Sign(ServerProof.RolloverBytes(kept.PublicKey, keys[0].PublicKey))));
        return true;
    }

    /// <summary>Makes new keys and retires the old ones.</summary>
    /// <returns>The new identity: base64url.</returns>
    public string Rotate()
    {
        using (var connection = store.Open())
        {
            connection.Begin();
            ServerKeyStore.RetireAll(connection, clock.GetUtcNow());
            Make(connection);
            audit.Append(connection, new AuditEntry(AuditActions.KeyRotated) { Target = ("server-key", Identity) });
            connection.Commit();
        }

        changes.Changed();
        return PublicKey;
    }

    public void Dispose()
    {
        opened.ForEach(each => each.Dispose());
        seal.Dispose();
    }

    private KeySet Current()
    {
        lock (gate)
        {
            var revision = changes.Current;
            if (known is { } fresh && fresh.Revision == revision)
            {
                return fresh.Keys;
            }

            var rows = Read();
            if (known is not { } old || !old.Keys.Ids.SequenceEqual(rows.Select(row => row.Id)))
            {
                // Keys that others may still be using are wiped when the program ends.
                known = (revision, Open(rows));
            }
            else
            {
                known = (revision, old.Keys);
            }

            return known.Value.Keys;
        }
    }

    private IReadOnlyList<StoredServerKey> Read()
    {
        using var connection = store.Open();
        var rows = ServerKeyStore.List(connection, clock.GetUtcNow() - RetiredFor);
        if (rows.Any(row => row.RetiredAt is null))
        {
            return rows;
        }

        connection.Begin();
        Make(connection);
        connection.Commit();
        return ServerKeyStore.List(connection, clock.GetUtcNow() - RetiredFor);
    }

    private void Make(ControlConnection connection)
    {
        var now = clock.GetUtcNow();
        using var identity = IdentityKey.Create();
        using var tokens = SigningKeys.CreateP256();
        var (identityId, tokensId) = (NewId(now), NewId(now));
        ServerKeyStore.Add(connection, new StoredServerKey(identityId, Identity, identity.PublicKey, identity.Seal(seal, Owner(identityId)), now, null));
        ServerKeyStore.Add(connection, new StoredServerKey(tokensId, Tokens, tokens.ExportSubjectPublicKeyInfo(), SigningKeys.Seal(seal, tokens, Owner(tokensId)), now, null));
    }

    private KeySet Open(IReadOnlyList<StoredServerKey> rows)
    {
        var identities = new List<(string, IdentityKey)>();
        foreach (var row in rows.Where(row => row.Kind == Identity))
        {
            var key = IdentityKey.Open(seal, row.Sealed, Owner(row.Id));
            opened.Add(key);
            identities.Add((Base64Url.EncodeToString(row.PublicKey), key));
        }

        var tokens = rows.First(row => row is { Kind: Tokens, RetiredAt: null });
        var signing = SigningKeys.OpenP256(seal, tokens.Sealed, Owner(tokens.Id));
        opened.Add(signing);
        return new KeySet([.. rows.Select(row => row.Id)], identities, new ECDsaSecurityKey(signing) { KeyId = tokens.Id });
    }

    private static string NewId(DateTimeOffset now) => Guid.CreateVersion7(now).ToString("n");

    private static byte[] Owner(string id) => Encoding.ASCII.GetBytes(id);

    /// <param name="Identities">The one in use first.</param>
    private sealed record KeySet(IReadOnlyList<string> Ids, IReadOnlyList<(string PublicKey, IdentityKey Key)> Identities, ECDsaSecurityKey Tokens);
}
