package dev.syncline.replicated.jraft;

import com.alipay.remoting.CustomSerializer;
import com.alipay.remoting.CustomSerializerManager;
import com.alipay.remoting.InvokeContext;
import com.alipay.remoting.rpc.RequestCommand;
import com.alipay.remoting.rpc.ResponseCommand;
import com.alipay.remoting.rpc.protocol.RpcRequestCommand;
import com.alipay.remoting.rpc.protocol.RpcResponseCommand;

/** Bytes for bolt to carry, as they are: bolt's own way would be to serialize objects by reflection. */
final class ClientEnvelope {

  /** What a client asks. */
  record Request(byte[] bytes) {}

  /** What a node answers. */
  record Reply(byte[] bytes) {}

  static {
    CustomSerializerManager.registerCustomSerializer(Request.class.getName(), new Plain());
    CustomSerializerManager.registerCustomSerializer(Reply.class.getName(), new Plain());
  }

  private ClientEnvelope() {}

  /** Makes bolt know the two types; once is enough. */
  static void register() {
    // Loading the class has done it.
  }

  private static final class Plain implements CustomSerializer {
    @Override
    public <T extends RequestCommand> boolean serializeHeader(T request, InvokeContext context) {
      return false;
    }

    @Override
    public <T extends ResponseCommand> boolean serializeHeader(T response) {
      return false;
    }

    @Override
    public <T extends RequestCommand> boolean deserializeHeader(T request) {
      return false;
    }

    @Override
    public <T extends ResponseCommand> boolean deserializeHeader(T response, InvokeContext context) {
      return false;
    }

    @Override
    public <T extends RequestCommand> boolean serializeContent(T request, InvokeContext context) {
      RpcRequestCommand command = (RpcRequestCommand) request;
      command.setContent(((Request) command.getRequestObject()).bytes());
      return true;
    }

    @Override
    public <T extends ResponseCommand> boolean serializeContent(T response) {
      RpcResponseCommand command = (RpcResponseCommand) response;
      command.setContent(((Reply) command.getResponseObject()).bytes());
      return true;
    }

    @Override
    public <T extends RequestCommand> boolean deserializeContent(T request) {
      RpcRequestCommand command = (RpcRequestCommand) request;
      command.setRequestObject(new Request(bytes(command.getContent())));
      return true;
    }

    @Override
    public <T extends ResponseCommand> boolean deserializeContent(T response, InvokeContext context) {
      RpcResponseCommand command = (RpcResponseCommand) response;
      command.setResponseObject(new Reply(bytes(command.getContent())));
      return true;
    }

    private static byte[] bytes(byte[] content) {
      return content == null ? new byte[0] : content;
    }
  }
}
